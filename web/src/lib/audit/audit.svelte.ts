/** What the node knows of the members' logs: asked for before the first drawing, then again and again. */
import { getFresh } from '../api/client';
import type { Audit, AuditLog } from '../api/types';

/** How often the node is asked while the reader watches, or something is wrong; and else (milliseconds). */
export const WATCHED_EVERY = 10_000;
const EVERY = 60_000;
/** A node that has not answered by then is silent (milliseconds). */
const PATIENCE = 8_000;

let answer = $state.raw<Audit | undefined>();
let failure = $state.raw<unknown>();
/** Pages open that watch; more than one only while one page gives way to another. */
let watching = $state(0);
let asking: Promise<void> | undefined;
let askedAt = 0;

/** The last answer; absent until there was one. */
export function audit(): Audit | undefined {
  return answer;
}

/** Why the node did not answer when it was last asked; absent if it did. */
export function auditFailure(): unknown {
  return failure;
}

/** The log of a member; absent where nothing is known of it. */
export function logOf(member: string): AuditLog | undefined {
  return answer?.logs.find((log) => log.member === member);
}

/** Asks the node; the last good answer stands where it does not answer. */
export function loadAudit(): Promise<void> {
  askedAt = Date.now();
  asking ??= getFresh<Audit>('audit', {}, AbortSignal.timeout(PATIENCE))
    .then(
      (fresh) => {
        answer = fresh;
        failure = undefined;
      },
      (cause: unknown) => {
        failure = cause;
      },
    )
    .finally(() => {
      asking = undefined;
    });
  return asking;
}

function every(): number {
  const sound = answer?.logs.every((log) => log.standing === 'followed') ?? false;
  return watching > 0 || !sound ? WATCHED_EVERY : EVERY;
}

/** Asks from time to time while the tab is seen; gives back how to stop. */
export function followAudit(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const plan = (): void => {
    clearTimeout(timer);
    if (document.hidden) return;
    timer = setTimeout(() => void loadAudit().then(plan), Math.max(0, askedAt + every() - Date.now()));
  };
  const stop = $effect.root(() => {
    // The pace changes with what is watched and with what was heard.
    $effect(() => {
      every();
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

/** Says that a page watches the logs; gives back how to end it. */
export function watchAudit(): () => void {
  watching += 1;
  return () => {
    watching -= 1;
  };
}
