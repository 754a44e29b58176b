import { get, type Params } from './client';

/** An answer on its way: `data` keeps the last good answer while the next one loads. */
export interface Resource<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly loading: boolean;
  reload(): void;
}

export interface Request {
  path: string;
  params?: Params;
}

/** What is to be done to have an answer; it stops where the signal says so. */
export type Job<T> = (signal: AbortSignal) => Promise<T>;

/**
 * Follows a job: whenever what `job` reads changes, the old one is aborted and a new one started. `null` means: nothing
 * to ask for yet. Call it while a component initialises.
 */
export function followed<T>(job: () => Job<T> | null): Resource<T> {
  let data = $state.raw<T | undefined>();
  let error = $state.raw<unknown>();
  let loading = $state(true);
  let round = $state(0);

  $effect(() => {
    void round;
    const wanted = job();
    if (!wanted) return;
    const controller = new AbortController();
    loading = true;
    wanted(controller.signal).then(
      (answer) => {
        if (controller.signal.aborted) return;
        data = answer;
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

/** Follows a request. */
export function resource<T>(request: () => Request | null): Resource<T> {
  return followed<T>(() => {
    const wanted = request();
    return wanted && ((signal) => get<T>(wanted.path, wanted.params, signal));
  });
}
