import { get } from './api/client';
import type { NodeInfo } from './api/types';

/** How often the node is asked how it is (milliseconds). */
const EVERY = 60_000;

let info = $state.raw<NodeInfo | undefined>();
const members = $derived<ReadonlySet<string>>(new Set((info?.members ?? []).map((member) => member.member)));

/** Who answers, and the state of its twin; absent until it has answered once. */
export function node(): NodeInfo | undefined {
  return info;
}

/** The codes of the club's members. */
export function memberCodes(): ReadonlySet<string> {
  return members;
}

export function isMember(area: string): boolean {
  return members.has(area);
}

/** Asks the node who it is and how it is. */
export async function loadNode(): Promise<void> {
  info = await get<NodeInfo>('node');
}

/** Asks from time to time; gives back how to stop. */
export function followNode(): () => void {
  const timer = setInterval(() => {
    loadNode().catch(() => {
      // The last answer stands; pages say themselves what they could not load.
    });
  }, EVERY);
  return () => clearInterval(timer);
}
