/** Where one source gives two figures for one cell: neither may be hidden behind the other. */
import type { Balance, Contradiction, Figure } from '../api/types';

/**
 * What a source says of an area besides the figure that its column shows. Of trade a row is the sum over partners: there the
 * contradictions are of single flows, and only listed.
 */
export function saidBesides(balance: Balance, area: string, source: string): Figure[] {
  const found = (balance.contradictions ?? []).filter((one) => one.area === area && one.source === source && one.partner === '');
  return found.flatMap((one) => one.figures.slice(1).map((said) => said.figure));
}

/** The largest differences first. */
export function ranked(contradictions: readonly Contradiction[]): Contradiction[] {
  const apart = (one: Contradiction): number => {
    const values = one.figures.map((said) => Number(said.figure.value));
    return Math.max(...values) - Math.min(...values);
  };
  return [...contradictions].sort((a, b) => apart(b) - apart(a));
}
