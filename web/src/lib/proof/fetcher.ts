import { get, getBytes } from '../api/client';
import type { InclusionProof, NodeInfo } from '../api/types';
import type { Fetcher } from './check';

/** Takes statements, proofs and blobs from the node that serves this page. */
export function fromNode(signal?: AbortSignal): Fetcher {
  return {
    charter: () => getBytes('/charter/chain', signal),
    node: () => get<NodeInfo>('node', {}, signal),
    statement: (id) => getBytes(`statements/${id}/cose`, signal),
    proof: (id) => get<InclusionProof>(`statements/${id}/proof`, {}, signal),
    blob: (digest) => getBytes(`blobs/${digest}`, signal),
  };
}
