import { get } from './api/client';
import type { NodeInfo } from './api/types';

/** How often the node is asked how it is (milliseconds). */
const EVERY = 60_000;

let info = $state.raw<NodeInfo | undefined>();

/** Who answers, and the state of its twin; absent until it has answered once. */
export function node(): NodeInfo | undefined {
  return info;
}

export function isMember(area: string): boolean {
  return info?.members.some((member) => member.member === area) ?? false;
}

/** Asks now and from time to time; gives back how to stop. */
export function followNode(): () => void {
  const ask = (): void => {
    get<NodeInfo>('node').then(
      (answer) => {
        info = answer;
      },
      () => {
        // The last answer stands; pages say themselves what they could not load.
      },
    );
  };
  ask();
  const timer = setInterval(ask, EVERY);
  return () => clearInterval(timer);
}
