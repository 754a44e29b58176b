/** From the stages of a balance to the parts and ribbons of a Sankey diagram of tonnes. */
import type { Estimate, PlaceBalance, ReconciledStage } from '../api/types';
import { lineOf, told } from './ledger';

/** What stands in a column: a stage's product, or what comes into or leaves the chain there. */
export type PartKind = 'stage' | 'start' | 'unsaid' | 'in' | 'out' | 'lost' | 'stored' | 'drawn' | 'use';

/** A part of the diagram. Stages stand in odd columns counted from the ground, what feeds them before, what leaves after. */
export interface ChainPart {
  readonly id: string;
  readonly kind: PartKind;
  /** The stage that it is, or belongs to. */
  readonly stage: string;
  readonly column: number;
  /** Of a stage: whether anybody can know what is made there. */
  readonly known: boolean;
}

/** A flow, as wide as its estimate. */
export interface ChainRibbon {
  readonly source: string;
  readonly target: string;
  readonly estimate: Estimate;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface ChainGraph {
  readonly parts: ChainPart[];
  readonly ribbons: ChainRibbon[];
  readonly columns: number;
}

/** Flows below this part of the largest are not drawn: they would be thinner than a line. */
const LEAST = 0.002;

/** The chain of a place: what each stage makes, what goes on to the next, and what comes, goes and is lost beside it. */
export function chainGraph(stages: readonly ReconciledStage[]): ChainGraph {
  const parts = new Map<string, ChainPart>();
  const ribbons: ChainRibbon[] = [];
  const part = (id: string, kind: PartKind, stage: string, column: number, known = true): string => {
    if (!parts.has(id)) parts.set(id, { id, kind, stage, column, known });
    return id;
  };
  const flow = (source: () => string, target: () => string, estimate: Estimate | undefined, negative = false): boolean => {
    const known = told(estimate);
    if (!estimate || !known) return false;
    const sign = negative ? -1 : 1;
    const value = known.value * sign;
    if (!(value > 0)) return false;
    const ends = [Number(estimate.low) * sign, Number(estimate.high) * sign];
    ribbons.push({ source: source(), target: target(), estimate, value, low: Math.max(0, Math.min(...ends)), high: Math.max(...ends) });
    return true;
  };
  const of = (whole: PlaceBalance, line: Parameters<typeof lineOf>[1]): Estimate | undefined => lineOf(whole, line);
  let fed = false;
  stages.forEach(({ stage, whole }, index) => {
    const column = index + 1;
    const known = told(of(whole, 'produced')) !== undefined;
    const self = (): string => part(`stage:${stage}`, 'stage', stage, column, known);
    self();
    if (index === 0) flow(() => part('start', 'start', stage, 0), self, of(whole, 'produced'));
    else if (!fed) flow(() => part(`unsaid:${stage}`, 'unsaid', stage, index), self, of(whole, 'produced'));
    flow(() => part(`in:${stage}`, 'in', stage, index), self, of(whole, 'in'));
    flow(() => part(`drawn:${stage}`, 'drawn', stage, index), self, of(whole, 'stock_change'), true);
    // Over stages of which nobody can know what they make, to the next of which somebody can.
    const after = stages.findIndex((one, at) => at > index && told(of(one.whole, 'produced')));
    const at = after < 0 ? index + 1 : after;
    const next = stages[at];
    const goes = flow(self, () => (next ? part(`stage:${next.stage}`, 'stage', next.stage, at + 1, told(of(next.whole, 'produced')) !== undefined) : part('use', 'use', stage, column + 1)), of(whole, 'consumed'));
    if (goes || known) fed = goes;
    flow(self, () => part(`out:${stage}`, 'out', stage, column + 1), of(whole, 'out'));
    flow(self, () => part(`lost:${stage}`, 'lost', stage, column + 1), of(whole, 'lost'));
    flow(self, () => part(`stored:${stage}`, 'stored', stage, column + 1), of(whole, 'stock_change'));
  });
  const largest = Math.max(0, ...ribbons.map((ribbon) => ribbon.value));
  const seen = ribbons.filter((ribbon) => ribbon.value >= largest * LEAST);
  const touched = new Set(seen.flatMap((ribbon) => [ribbon.source, ribbon.target]));
  return { parts: [...parts.values()].filter((one) => one.kind === 'stage' || touched.has(one.id)), ribbons: seen, columns: stages.length + 2 };
}
