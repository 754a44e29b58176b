/** The parts of a stage in the order that the reader asks for. */
import type { LineKey, PlaceBalance } from '../api/types';
import { lineOf, told } from './ledger';

export interface Order {
  readonly by: LineKey | 'place';
  /** The largest first. */
  readonly down: boolean;
}

/** Parts sorted by a line, or by name; what nobody can know comes last either way. */
export function sortParts(parts: readonly PlaceBalance[], order: Order, nameOf: (part: PlaceBalance) => string): PlaceBalance[] {
  const { by, down } = order;
  const turn = down ? -1 : 1;
  return [...parts].sort((a, b) => {
    if (by === 'place') return turn * nameOf(a).localeCompare(nameOf(b));
    const [one, two] = [told(lineOf(a, by)), told(lineOf(b, by))];
    if (!one || !two) return one ? -1 : two ? 1 : 0;
    return turn * (one.value - two.value);
  });
}
