import { get, type Params } from './client';
import type { Page } from './types';

/** The most that one answer of a list holds, by path; every other list gives `MOST`. */
const LIMITS: Readonly<Record<string, number>> = { observations: 200 };
const MOST = 500;
/** Answers followed at most. */
const ANSWERS = 20;

/** All items of a list, through all its pages. */
export async function everyItem<T>(path: string, params: Params, signal: AbortSignal): Promise<T[]> {
  const limit = LIMITS[path] ?? MOST;
  const items: T[] = [];
  for (let answered = 0; answered < ANSWERS; answered++) {
    const page = await get<Page<T>>(path, { ...params, limit, offset: items.length }, signal);
    items.push(...page.items);
    if (items.length >= page.total || page.items.length === 0) break;
  }
  return items;
}
