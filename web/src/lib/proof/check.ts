import type { InclusionProof, Observation } from '../api/types';
import { Unsupported, canHash, equal, fromHex, sha256, toHex, type Bytes } from './bytes';
import { parseEnvelope, verifyEnvelope, type Envelope } from './cose';
import { leafHash, rootFromPath } from './merkle';
import { parseCheckpoint, parseLogKey, verifyCheckpoint, type Checkpoint } from './note';
import { findRow, type FoundRow } from './row';

/** The steps in their order. */
export const STEPS = ['id', 'leaf', 'path', 'checkpoint', 'signature', 'blob', 'row'] as const;
export type StepName = (typeof STEPS)[number];

/** `skipped`: does not apply here; `unsupported`: this browser cannot do it. Neither proves anything. */
export type StepState = 'waiting' | 'running' | 'passed' | 'failed' | 'skipped' | 'unsupported';

export interface Step {
  name: StepName;
  state: StepState;
  /** What was computed: a hash, a name, a row. */
  evidence: string;
  /** Why it failed, as the code says it. */
  reason: string;
}

export interface Outcome {
  steps: Step[];
  verdict: 'passed' | 'failed' | 'unsupported';
  envelope?: Envelope;
  checkpoint?: Checkpoint;
  /** Where the observations stand in the payload, in their order. */
  rows: FoundRow[];
}

/** Where the bytes come from: the node in the page, a folder in a test. */
export interface Fetcher {
  statement(id: string): Promise<Bytes>;
  proof(id: string): Promise<InclusionProof>;
  blob(digest: string): Promise<Bytes>;
}

/** A failed step ends the check: what comes after would rest on it. */
class Failed extends Error {}

function must(condition: boolean, reason: string): void {
  if (!condition) throw new Failed(reason);
}

export function freshSteps(): Step[] {
  return STEPS.map((name) => ({ name, state: 'waiting', evidence: '', reason: '' }));
}

/**
 * Checks a statement from its bytes up, trusting nothing that the node computed. Every one of the `observations`
 * must stand in the payload. `tell` is called after every change of a step.
 */
export async function checkStatement(
  id: string,
  observations: readonly Observation[],
  fetcher: Fetcher,
  tell: (steps: Step[]) => void = () => undefined,
): Promise<Outcome> {
  const steps = freshSteps();
  const outcome: Outcome = { steps, verdict: 'failed', rows: [] };
  const change = (name: StepName, values: Partial<Step>): void => {
    Object.assign(steps[STEPS.indexOf(name)] ?? {}, values);
    tell(steps.map((step) => ({ ...step })));
  };
  const step = async (name: StepName, work: () => Promise<string | null>): Promise<void> => {
    change(name, { state: 'running' });
    try {
      if (!canHash()) throw new Unsupported('WebCrypto');
      const evidence = await work();
      change(name, evidence === null ? { state: 'skipped' } : { state: 'passed', evidence });
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      change(name, { state: cause instanceof Unsupported ? 'unsupported' : 'failed', reason });
      if (!(cause instanceof Unsupported)) throw new Failed(reason);
    }
  };

  try {
    await follow(id, observations, fetcher, step, outcome);
    outcome.verdict = steps.some((entry) => entry.state === 'unsupported') ? 'unsupported' : 'passed';
  } catch (cause) {
    if (!(cause instanceof Failed)) throw cause;
  }
  return outcome;
}

async function follow(
  id: string,
  observations: readonly Observation[],
  fetcher: Fetcher,
  step: (name: StepName, work: () => Promise<string | null>) => Promise<void>,
  outcome: Outcome,
): Promise<void> {
  let bytes: Bytes = new Uint8Array();
  let proof: InclusionProof | undefined;
  let leaf: Bytes = new Uint8Array();
  let payload: Bytes | undefined;

  await step('id', async () => {
    bytes = await fetcher.statement(id);
    const digest = toHex(await sha256(bytes));
    must(digest === id.toLowerCase(), `the bytes have the SHA-256 ${digest}`);
    return digest;
  });
  await step('leaf', async () => {
    proof = await fetcher.proof(id);
    leaf = await leafHash(bytes);
    must(toHex(leaf) === proof.leaf.toLowerCase(), `the leaf hash is ${toHex(leaf)}`);
    return toHex(leaf);
  });
  await step('path', async () => {
    if (!proof) throw new Unsupported('WebCrypto');
    const checkpoint = parseCheckpoint(proof.checkpoint);
    must(checkpoint.size === proof.size, `the checkpoint is of size ${checkpoint.size}`);
    const root = await rootFromPath(leaf, proof.index, proof.size, proof.path.map(fromHex));
    must(equal(root, checkpoint.root), `the path leads to ${toHex(root)}`);
    outcome.checkpoint = checkpoint;
    return toHex(root);
  });
  await step('checkpoint', async () => {
    if (!proof || !outcome.checkpoint) throw new Unsupported('WebCrypto');
    const key = await parseLogKey(proof.log_key);
    must(await verifyCheckpoint(outcome.checkpoint, key), 'the signature does not verify under the log’s key');
    return `${key.name}+${toHex(key.id)}`;
  });
  await step('signature', async () => {
    if (!proof) throw new Unsupported('WebCrypto');
    outcome.envelope = parseEnvelope(bytes);
    const good = await verifyEnvelope(outcome.envelope, fromHex(proof.statement_key));
    must(good, 'the signature does not verify under the issuer’s key');
    return outcome.envelope.issuer;
  });
  await step('blob', async () => {
    const envelope = outcome.envelope ?? parseEnvelope(bytes);
    payload = envelope.payload;
    if (!envelope.byDigest) return null;
    const digest = toHex(envelope.payload);
    payload = await fetcher.blob(digest);
    const found = toHex(await sha256(payload));
    must(found === digest, `the table has the SHA-256 ${found}`);
    return digest;
  });
  await step('row', async () => {
    if (observations.length === 0 || !payload) return null;
    const json: unknown = JSON.parse(new TextDecoder().decode(payload));
    const rows = observations.map((observation) => {
      const row = findRow(json, observation);
      if (!row) throw new Failed('no row of the payload gives this figure');
      return row;
    });
    outcome.rows = rows;
    return rows.map((row) => row.row).join(', ');
  });
}
