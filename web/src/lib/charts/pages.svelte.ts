import { get } from '../api/client';
import type { Request, Resource } from '../api/resource.svelte';
import type { Page } from '../api/types';

/** Items asked for at once, and pages followed at most. */
const PAGE_SIZE = 500;
const PAGES = 20;

/** Follows a request for a list through all its pages. `data` holds the items once all are here. */
export function everyPage<T>(request: () => Request | null): Resource<T[]> {
  let data = $state.raw<T[] | undefined>();
  let error = $state.raw<unknown>();
  let loading = $state(true);
  let round = $state(0);

  async function collect(wanted: Request, signal: AbortSignal): Promise<T[]> {
    const items: T[] = [];
    for (let page = 0; page < PAGES; page++) {
      const answer = await get<Page<T>>(wanted.path, { ...wanted.params, limit: PAGE_SIZE, offset: items.length }, signal);
      items.push(...answer.items);
      if (items.length >= answer.total || answer.items.length === 0) break;
    }
    return items;
  }

  $effect(() => {
    void round;
    const wanted = request();
    if (!wanted) return;
    const controller = new AbortController();
    loading = true;
    collect(wanted, controller.signal).then(
      (items) => {
        if (controller.signal.aborted) return;
        data = items;
        error = undefined;
        loading = false;
      },
      (cause: unknown) => {
        if (controller.signal.aborted) return;
        data = undefined;
        error = cause;
        loading = false;
      },
    );
    return () => controller.abort();
  });

  return {
    get data() {
      return data;
    },
    get error() {
      return error;
    },
    get loading() {
      return loading;
    },
    reload() {
      round += 1;
    },
  };
}
