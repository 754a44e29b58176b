import { get } from '../api/client';
import { everyItem } from '../api/lists';
import type { Job } from '../api/resource.svelte';
import type { MapShares, Overview, Site } from '../api/types';
import { chainOf } from '../vocabulary.svelte';

/** What the reader chose; empty is any. */
export interface MapChoice {
  readonly commodity: string;
  readonly stage: string;
  readonly status: string;
}

/** All that one picture of the map shows. */
export interface MapContent extends MapChoice {
  /** The stage whose shares shade the countries. */
  readonly shadeStage: string;
  readonly shares: MapShares;
  readonly sites: readonly Site[];
}

export function loadMap(choice: MapChoice): Job<MapContent> {
  const { commodity, stage, status } = choice;
  return async (signal) => {
    const sites = everyItem<Site>('sites', { commodity, stage, status }, signal);
    const shading = async (): Promise<{ shadeStage: string; shares: MapShares }> => {
      // Without a choice the first stage with figures shades.
      const first = async (): Promise<string | undefined> => (await get<Overview>('overview', { commodity }, signal)).stages.find((line) => line.series)?.stage;
      const shadeStage = stage || (await first()) || chainOf(commodity)[0]?.stage || '';
      return { shadeStage, shares: await get<MapShares>('map', { commodity, stage: shadeStage }, signal) };
    };
    const [found, shaded] = await Promise.all([sites, shading()]);
    return { ...choice, ...shaded, sites: found };
  };
}
