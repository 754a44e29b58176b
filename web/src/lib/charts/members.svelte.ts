import { resource } from '../api/resource.svelte';
import type { NodeInfo } from '../api/types';

/** The codes of the club's members, from the node. Call it while a component initialises. */
export function memberCodes(): { readonly set: ReadonlySet<string> } {
  const node = resource<NodeInfo>(() => ({ path: 'node' }));
  const set = $derived<ReadonlySet<string>>(new Set((node.data?.members ?? []).map((member) => member.member)));
  return {
    get set() {
      return set;
    },
  };
}
