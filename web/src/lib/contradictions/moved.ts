/** Figures that would be others, as they are shown: both rounded to one step, so that a move can be seen. */
import type { MovedEstimate } from '../api/types';
import { decimalsOf, stepOf, toStep } from '../balance/rounding';
import { formatDecimal } from '../format';

/** A figure now and then; `after` is absent where nobody could know. */
export interface ShownMove {
  readonly before: string;
  readonly after: string | undefined;
}

/** The words of a row. The step is that of the smaller of both deviations, or the first digit of the move where that is smaller still. */
export function shown(moved: Pick<MovedEstimate, 'before' | 'before_deviation' | 'after' | 'after_deviation'>): ShownMove {
  const before = [Number(moved.before), Number(moved.before_deviation)] as const;
  const after = moved.after === null || moved.after_deviation === null ? undefined : ([Number(moved.after), Number(moved.after_deviation)] as const);
  const move = after ? Math.abs(after[0] - before[0]) : 0;
  const step = Math.min(stepOf(...before), after ? stepOf(...after) : Infinity, move > 0 ? 10 ** Math.floor(Math.log10(move)) : Infinity);
  const decimals = decimalsOf(step);
  const words = ([value, deviation]: readonly [number, number]): string => `${formatDecimal(toStep(value, step), decimals)} ± ${formatDecimal(toStep(deviation, step), decimals)} t`;
  return { before: words(before), after: after && words(after) };
}
