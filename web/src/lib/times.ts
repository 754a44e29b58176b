/** Which state of the twin a page shows: an earlier one where it can and its address says so. */
import { link, route, type RouteName } from './router.svelte';

/** What had been recorded by a moment or at a cut, and what sources had published by a day; empty texts for all that there is now. */
export interface Times {
  as_of: string;
  cut: string;
  published_by: string;
}

export const NOW: Readonly<Times> = { as_of: '', cut: '', published_by: '' };

/** Pages that can show an earlier state. On the others such words in an address say nothing. */
const TIMED: readonly RouteName[] = ['balance', 'contradictions', 'vintages'];

/** The state that the page shows. */
export function shownTimes(): Times {
  if (!TIMED.includes(route.name)) return { ...NOW };
  return { as_of: route.query('as_of'), cut: route.query('cut'), published_by: route.query('published_by') };
}

export function isEarlier(times: Times): boolean {
  return Object.values(times).some((value) => value !== '');
}

/** The address of a page that can show the same state. */
export function linkAt(times: Times, path: string, query: Record<string, string> = {}): string {
  const told = Object.entries(times).filter(([, value]) => value !== '');
  return link(path, { ...query, ...Object.fromEntries(told) });
}
