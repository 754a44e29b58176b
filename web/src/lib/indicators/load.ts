import { get } from '../api/client';
import type { Job } from '../api/resource.svelte';
import type { IndicatorCell, IndicatorFormula, Indicators, IndicatorStage, Source, StageControl, Text } from '../api/types';
import { classesOf } from './values';

/** The most cells that one answer holds. */
const LIMIT = 2000;
/** What is shown until the reader chooses, the first that there is. */
const FIRST = ['geopolrisk', 'supply-risk', 'hhi'];

/** What the reader chose; empty leaves the choice to the page. */
export interface IndicatorChoice {
  readonly commodity: string;
  readonly stage: string;
  readonly quantity: string;
  readonly year: string;
}

/** All that the page shows at once. */
export interface IndicatorContent extends IndicatorChoice {
  readonly stages: readonly IndicatorStage[];
  /** The chosen index over the years, of the members, the Union and the club, or of the world. */
  readonly lines: readonly IndicatorCell[];
  /** The chosen index in the chosen year, of every importer; empty for an index of the world. */
  readonly map: readonly IndicatorCell[];
  /** Every index of the chosen year, of the members, the Union, the club and the world. */
  readonly methods: readonly IndicatorCell[];
  readonly control: readonly StageControl[];
  /** Years in which the chosen index has a value. */
  readonly years: readonly string[];
  readonly formulas: ReadonlyMap<string, IndicatorFormula>;
  readonly notes: ReadonlyMap<string, Text>;
  readonly sources: readonly Source[];
}

function choose(stages: readonly IndicatorStage[], wanted: string): IndicatorStage | undefined {
  const offers = (quantity: string): IndicatorStage | undefined => stages.find((one) => one.quantities.includes(quantity));
  return stages.find((one) => one.stage === wanted) ?? FIRST.map(offers).find(Boolean) ?? stages[0];
}

/** The last year that was observed, else the last. */
function lastYear(cells: readonly IndicatorCell[]): string {
  const valued = cells.filter((cell) => cell.value);
  const years = (some: readonly IndicatorCell[]): string[] => some.map((cell) => cell.period).sort();
  return years(valued.filter((cell) => !cell.projected)).at(-1) ?? years(valued).at(-1) ?? years(cells).at(-1) ?? '';
}

export function loadIndicators({ commodity, stage, quantity, year }: IndicatorChoice): Job<IndicatorContent> {
  return async (signal) => {
    const ask = (params: Record<string, string | number>): Promise<Indicators> => get<Indicators>('indicators', { commodity, limit: LIMIT, ...params }, signal);
    const offered = await ask({ limit: 1, quantity: 'hhi' });
    const current = choose(offered.stages, stage);
    const none: IndicatorContent = { commodity, stage: '', quantity: '', year: '', stages: offered.stages, lines: [], map: [], methods: [], control: [], years: [], formulas: new Map(), notes: new Map(), sources: [] };
    if (!current) return none;
    const chosen = current.quantities.includes(quantity) ? quantity : (FIRST.find((one) => current.quantities.includes(one)) ?? current.quantities[0] ?? 'hhi');
    const over = await ask({ stage: current.stage, quantity: chosen });
    const years = [...new Set(over.cells.filter((cell) => cell.value).map((cell) => cell.period))].sort();
    const at = years.includes(year) ? year : lastYear(over.cells);
    const [methods, everyone] = await Promise.all([
      ask({ stage: current.stage, year: at }),
      classesOf(chosen).length > 0 ? ask({ stage: current.stage, quantity: chosen, year: at, area: 'all' }) : undefined,
    ]);
    const answers = [methods, over, ...(everyone ? [everyone] : [])];
    return {
      commodity,
      stage: current.stage,
      quantity: chosen,
      year: at,
      stages: offered.stages,
      lines: over.cells,
      map: everyone?.cells.filter((cell) => cell.area !== '') ?? [],
      methods: methods.cells,
      control: methods.control,
      years,
      formulas: new Map(answers.flatMap((answer) => answer.formulas.map((one) => [one.quantity, one] as const))),
      notes: new Map(answers.flatMap((answer) => answer.notes.map((one) => [one.key, one.text] as const))),
      sources: [...new Map(answers.flatMap((answer) => answer.sources.map((one) => [one.source, one] as const))).values()],
    };
  };
}
