import { get } from '../api/client';
import { everyItem } from '../api/lists';
import type { Job } from '../api/resource.svelte';
import type { Balance, Composition, Notice, Observation, Overview, Page, Prices, Series, SeriesKey, Source, StageLine } from '../api/types';

/** What the reader chose; an empty stage or period leaves the choice to the page. */
export interface MineralChoice {
  readonly commodity: string;
  readonly stage: string;
  readonly period: string;
}

/** All that the page of a mineral shows at once. */
export interface MineralContent {
  readonly commodity: string;
  /** Stages with a series, in the order of the chain. */
  readonly lines: readonly StageLine[];
  /** The one that is shown. */
  readonly current: StageLine | undefined;
  readonly series: Series | null;
  readonly balance: Balance | null;
  readonly reserves: Balance | null;
  readonly prices: Prices;
  readonly quotas: readonly Observation[];
  readonly quotaSources: readonly Source[];
  readonly notices: readonly Notice[];
  readonly composition: Composition;
}

/** The chosen stage, else the first that somebody produces, else the first. */
function choose(lines: readonly StageLine[], stage: string): StageLine | undefined {
  return lines.find((line) => line.stage === stage) ?? lines.find((line) => line.series?.measure === 'production') ?? lines[0];
}

function params(key: SeriesKey): Record<string, string> {
  return { ...key };
}

export function loadMineral({ commodity, stage, period }: MineralChoice): Job<MineralContent> {
  return async (signal) => {
    const staged = async (): Promise<Pick<MineralContent, 'lines' | 'current' | 'series' | 'balance'>> => {
      const lines = (await get<Overview>('overview', { commodity }, signal)).stages.filter((line) => line.series);
      const current = choose(lines, stage);
      const key = current?.series;
      if (!key) return { lines, current, series: null, balance: null };
      const [series, balance] = await Promise.all([get<Series>('series', params(key), signal), get<Balance>('balance', { ...params(key), period }, signal)]);
      return { lines, current, series, balance };
    };
    const reserved = async (): Promise<Balance | null> => {
      // The key of the reserves comes with any one of their observations.
      const some = await get<Page<Observation>>('observations', { measure: 'reserves', commodity, limit: 1 }, signal);
      const key = some.items[0]?.key;
      return key?.commodity === commodity ? get<Balance>('balance', params(key), signal) : null;
    };
    const quoted = async (): Promise<Pick<MineralContent, 'quotas' | 'quotaSources'>> => {
      const quotas = (await everyItem<Observation>('observations', { measure: 'quota', commodity }, signal)).filter((one) => one.chosen);
      if (quotas.length === 0) return { quotas, quotaSources: [] };
      const named = new Set(quotas.map((one) => one.source));
      return { quotas, quotaSources: (await everyItem<Source>('sources', {}, signal)).filter((source) => named.has(source.source)) };
    };
    const [stages, reserves, quota, prices, notices, composition] = await Promise.all([
      staged(),
      reserved(),
      quoted(),
      get<Prices>('prices', { commodity }, signal),
      everyItem<Notice>('notices', { commodity }, signal),
      get<Composition>('composition', { commodity }, signal),
    ]);
    return { commodity, ...stages, reserves, ...quota, prices, notices, composition };
  };
}
