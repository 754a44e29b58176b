/** What the node knows of the members' logs: asked for before the first drawing, then again and again. */
import { WATCHED_EVERY, Watched } from '../api/watched.svelte';
import type { Audit, AuditLog } from '../api/types';

/** How often the node is asked while no reader watches and nothing is wrong (milliseconds). */
const EVERY = 60_000;

const watched = new Watched<Audit>('audit', (answer) => {
  const sound = answer?.logs.every((log) => log.standing === 'followed') ?? false;
  return sound ? EVERY : WATCHED_EVERY;
});

/** The last answer; absent until there was one. */
export function audit(): Audit | undefined {
  return watched.answer;
}

/** Why the node did not answer when it was last asked; absent if it did. */
export function auditFailure(): unknown {
  return watched.failure;
}

/** The log of a member; absent where nothing is known of it. */
export function logOf(member: string): AuditLog | undefined {
  return watched.answer?.logs.find((log) => log.member === member);
}

/** Asks the node; the last good answer stands where it does not answer. */
export function loadAudit(): Promise<void> {
  return watched.load();
}

/** Asks from time to time while the tab is seen; gives back how to stop. */
export function followAudit(): () => void {
  return watched.follow();
}

/** Says that a page watches the logs; gives back how to end it. */
export function watchAudit(): () => void {
  return watched.watch();
}
