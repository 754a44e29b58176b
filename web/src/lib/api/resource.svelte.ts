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

/**
 * Follows a request: whenever what `request` reads changes, the old fetch is aborted and a new one made.
 * Call it while a component initialises. `null` means: nothing to ask for yet.
 */
export function resource<T>(request: () => Request | null): Resource<T> {
  let data = $state.raw<T | undefined>();
  let error = $state.raw<unknown>();
  let loading = $state(true);
  let round = $state(0);

  $effect(() => {
    void round;
    const wanted = request();
    if (!wanted) return;
    const controller = new AbortController();
    loading = true;
    get<T>(wanted.path, wanted.params, controller.signal).then(
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
