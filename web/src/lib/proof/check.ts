import type { InclusionProof, NodeInfo, Observation, Provenance, Source, StatementPlace } from '../api/types';
import { Unsupported, canHash, equal, fromHex, sha256, toHex, type Bytes } from './bytes';
import { logKeyRevoked, memberEver, namesHead, termsOf, verifyCharter, type Charter } from './chain';
import type { CharterMember } from './charter';
import { parseEnvelope, verifyEnvelope, type Envelope } from './cose';
import { leafHash, rootFromPath } from './merkle';
import { parseCheckpoint, parseLogKey, verifyCheckpoint, type Checkpoint } from './note';
import { recompute, type Recomputed } from './recompute';
import { findRow, type FoundRow } from './row';
import { sourceDiffers } from './sources';
import { holdsEntry, holdsSize } from './terms';
import { meet, type Trust } from './trust';

/** The steps in their order. */
export const STEPS = ['charter', 'id', 'leaf', 'path', 'checkpoint', 'signature', 'blob', 'row', 'source', 'shown'] as const;
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
  charter?: Charter;
  trust?: Trust;
  recomputed?: Recomputed;
}

/** What is shown, and must be what was signed. */
export interface Claim {
  place: StatementPlace;
  observations: readonly Observation[];
  /** The source blocks shown for what the statement carries. */
  sources: readonly Source[];
  /** The figure at the top with all that it is said to rest on. */
  provenance?: Provenance;
}

/** Where the bytes come from: the node in the page, a folder in a test. */
export interface Fetcher {
  /** The chain of all versions. */
  charter(): Promise<Bytes>;
  node(): Promise<Pick<NodeInfo, 'charter'>>;
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
 * Checks a statement from its bytes up, with the keys of a charter that all its members signed. Whatever is claimed of it
 * must stand in it. `tell` is called after every change of a step.
 */
export async function checkStatement(claim: Claim, fetcher: Fetcher, tell: (steps: Step[]) => void = () => undefined): Promise<Outcome> {
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
    await follow(claim, fetcher, step, outcome);
    outcome.verdict = steps.some((entry) => entry.state === 'unsupported') ? 'unsupported' : 'passed';
  } catch (cause) {
    if (!(cause instanceof Failed)) throw cause;
  }
  return outcome;
}

/** The statement key of that id that a member has or had. */
function statementKey(charter: Charter, code: string, id: string): Bytes | undefined {
  const members = charter.versions.flatMap((version) => version.members.filter((one) => one.member === code));
  return members.find((one) => one.statementKeys.has(id))?.statementKeys.get(id);
}

async function follow(
  { place, observations, sources, provenance }: Claim,
  fetcher: Fetcher,
  step: (name: StepName, work: () => Promise<string | null>) => Promise<void>,
  outcome: Outcome,
): Promise<void> {
  const id = place.statement;
  let member: CharterMember | undefined;
  let bytes: Bytes = new Uint8Array();
  let proof: InclusionProof | undefined;
  let leaf: Bytes = new Uint8Array();
  let payload: Bytes | undefined;
  let json: unknown;

  await step('charter', async () => {
    const charter = await verifyCharter(await fetcher.charter());
    const { charter: named } = await fetcher.node();
    // A node that has just learned of a version may work under the one before for a moment.
    must(charter.versions.some((version) => version.id === named.toLowerCase()), `the charter has the id ${charter.id}, the node names ${named}`);
    member = memberEver(charter, place.member);
    must(member !== undefined, `the charter has no member ${place.member}`);
    must(member?.did === place.issuer, `the charter gives ${place.member} the DID ${member?.did}, not ${place.issuer}`);
    outcome.charter = charter;
    outcome.trust = meet(charter.first);
    must(outcome.trust !== 'changed', `the charter is not the one this browser met first; the id of its first version is ${charter.first}`);
    return charter.id;
  });
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
    must(proof.member === place.member, `the proof is of the log of ${proof.member}, not of ${place.member}`);
    must(proof.index === place.index, `the proof is of entry ${proof.index}, not of ${place.index}`);
    const checkpoint = parseCheckpoint(proof.checkpoint);
    must(checkpoint.size === proof.size, `the checkpoint is of size ${checkpoint.size}`);
    const root = await rootFromPath(leaf, proof.index, proof.size, proof.path.map(fromHex));
    must(equal(root, checkpoint.root), `the path leads to ${toHex(root)}`);
    outcome.checkpoint = checkpoint;
    return toHex(root);
  });
  await step('checkpoint', async () => {
    if (!proof || !outcome.checkpoint || !outcome.charter) throw new Unsupported('WebCrypto');
    const { checkpoint } = outcome;
    const sent = await parseLogKey(proof.log_key);
    // The charter of its time: a key counts only for the sizes between its coming and its end.
    const term = termsOf(outcome.charter, place.member, 'log').find((one) => one.material === toHex(sent.publicKey) && holdsSize(one, checkpoint.size));
    must(term !== undefined, `the key sent with the proof is not one of the log’s in the charter for its size ${checkpoint.size}`);
    const key = await parseLogKey(term?.key ?? '');
    must(checkpoint.origin === key.name, `the checkpoint is of the log ${checkpoint.origin}, the charter names ${key.name}`);
    must(await verifyCheckpoint(checkpoint, key), 'the signature does not verify under the log’s key in the charter');
    // Whoever has stolen the key signs heads of any size: the charter must name what such a head says.
    const doubtful = logKeyRevoked(outcome.charter, place.member, toHex(key.publicKey)) && !namesHead(outcome.charter, place.member, checkpoint.size, toHex(checkpoint.root));
    must(!doubtful, `the log’s key ${key.name}+${toHex(key.id)} was revoked, and the charter names no such head of size ${checkpoint.size}: whoever has the key can sign one`);
    return `${key.name}+${toHex(key.id)}`;
  });
  await step('signature', async () => {
    if (!proof || !member || !outcome.charter) throw new Unsupported('WebCrypto');
    outcome.envelope = parseEnvelope(bytes);
    must(outcome.envelope.issuer === member.did, `the statement names ${outcome.envelope.issuer} as its issuer, not ${member.did}`);
    const { charter, envelope } = outcome;
    const key = statementKey(charter, place.member, toHex(envelope.keyId));
    if (!key) throw new Failed(`the charter gives ${member.did} no key ${toHex(envelope.keyId)}`);
    const terms = termsOf(charter, place.member, 'statement').filter((one) => one.material === toHex(key));
    const { index } = proof;
    must(terms.some((one) => holdsEntry(one, index)), `the key ${toHex(envelope.keyId)} does not count at entry ${index}: it ${terms.some((one) => one.revoked) ? 'was revoked' : 'came later or had ended'}`);
    must(equal(key, fromHex(proof.statement_key)), 'the key sent with the proof is not the issuer’s key in the charter');
    must(await verifyEnvelope(outcome.envelope, key), 'the signature does not verify under the issuer’s key in the charter');
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
    json = JSON.parse(new TextDecoder().decode(payload));
    const rows = observations.map((observation) => {
      const row = findRow(json, observation);
      if (!row) throw new Failed('no row of the payload gives this figure as shown: value, unit, period, basis, qualifier and note');
      return row;
    });
    outcome.rows = rows;
    return rows.map((row) => row.row).join(', ');
  });
  await step('source', async () => {
    if (sources.length === 0 || !payload) return null;
    json ??= JSON.parse(new TextDecoder().decode(payload));
    for (const source of sources) {
      const field = sourceDiffers(json, source);
      must(field === '', `the source as shown is not the one signed: ${field}`);
    }
    for (const one of observations) must(sources.some((source) => source.source === one.source), 'a figure names another source than the one shown');
    return sources[0]?.source ?? '';
  });
  await step('shown', async () => {
    if (!provenance) return null;
    const found = recompute(provenance, new Set((outcome.charter?.members ?? []).map((one) => one.member)));
    outcome.recomputed = found;
    must(found.state !== 'differs', found.how === 'published' || found.how === 'converted' ? 'the figure shown is not the one signed' : `the ${found.n} below do not give the figure shown`);
    return found.state === 'partial' ? null : '';
  });
}
