/** An answer of the node that is asked for again and again while somebody watches. */
import { getFresh } from './client';

/** How often the node is asked while a reader watches (milliseconds). */
export const WATCHED_EVERY = 10_000;
/** A node that has not answered by then is silent (milliseconds). */
const PATIENCE = 8_000;

export class Watched<T> {
  #answer = $state.raw<T | undefined>();
  #failure = $state.raw<unknown>();
  /** Pages open that watch; more than one only while one page gives way to another. */
  #watching = $state(0);
  #asking: Promise<void> | undefined;
  #askedAt = 0;
  readonly #path: string;
  readonly #idle: (answer: T | undefined) => number;

  /** `path` of the API; `idle` says how often to ask while nobody watches (milliseconds). */
  constructor(path: string, idle: (answer: T | undefined) => number = () => WATCHED_EVERY) {
    this.#path = path;
    this.#idle = idle;
  }

  /** The last answer; absent until there was one. */
  get answer(): T | undefined {
    return this.#answer;
  }

  /** Why the node did not answer when it was last asked; absent if it did. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Asks the node; the last good answer stands where it does not answer. */
  load(): Promise<void> {
    this.#askedAt = Date.now();
    this.#asking ??= getFresh<T>(this.#path, {}, AbortSignal.timeout(PATIENCE))
      .then(
        (fresh) => {
          this.#answer = fresh;
          this.#failure = undefined;
        },
        (cause: unknown) => {
          this.#failure = cause;
        },
      )
      .finally(() => {
        this.#asking = undefined;
      });
    return this.#asking;
  }

  #every(): number {
    return this.#watching > 0 ? WATCHED_EVERY : this.#idle(this.#answer);
  }

  /** Asks from time to time while the tab is seen; gives back how to stop. */
  follow(): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const plan = (): void => {
      clearTimeout(timer);
      if (document.hidden) return;
      timer = setTimeout(() => void this.load().then(plan), Math.max(0, this.#askedAt + this.#every() - Date.now()));
    };
    const stop = $effect.root(() => {
      // The pace changes with what is watched and with what was heard.
      $effect(() => {
        this.#every();
        plan();
      });
    });
    document.addEventListener('visibilitychange', plan);
    return () => {
      stop();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', plan);
    };
  }

  /** Says that a page watches; gives back how to end it. */
  watch(): () => void {
    this.#watching += 1;
    return () => {
      this.#watching -= 1;
    };
  }
}
