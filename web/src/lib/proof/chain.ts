/** The charter as its versions follow each other: each counts by the signatures of the version before and of its own. */
import { fromHex, type Bytes } from './bytes';
import { Tagged, decode } from './cbor';
import { PURPOSES, bytesOf, listOf, readVersion, type CharterMember, type CharterVersion } from './charter';
import { keyTerms, type KeyTerm } from './terms';

/** Versions a charter may have. */
const VERSIONS_MAX = 1_000;

/** A charter whose every version has the signatures that make it count. */
export interface Charter {
  /** Id of the version in force. */
  id: string;
  /** Id of the first version: what a reader trusts, and what never changes. */
  first: string;
  club: string;
  /** Members of the version in force. */
  members: CharterMember[];
  versions: CharterVersion[];
}

/** Reads a chain of versions, or a first version alone, and verifies that each counts. */
export async function verifyCharter(bytes: Bytes): Promise<Charter> {
  const item = decode(bytes);
  const items = item instanceof Tagged ? [item] : listOf(item, 'chain').map((one) => decode(bytesOf(one, 'version')));
  if (items.length > VERSIONS_MAX) throw new Error(`the charter has ${items.length} versions`);
  const versions: CharterVersion[] = [];
  for (const one of items) {
    const version = await readVersion(one);
    await check(versions, version);
    versions.push(version);
  }
  const [first] = versions;
  const head = versions.at(-1);
  if (!first || !head) throw new Error('the charter has no version');
  return { id: head.id, first: first.id, club: head.club, members: head.members, versions };
}

/** The member of that code as the newest version that names it has it. */
export function memberEver(charter: Charter, code: string): CharterMember | undefined {
  return charter.versions.flatMap((version) => version.members.filter((one) => one.member === code)).at(-1);
}

/** From where to where in its own log each key of a member counts. */
export function termsOf(charter: Charter, code: string, purpose: 'statement' | 'log'): KeyTerm[] {
  return keyTerms(charter.versions, code, purpose);
}

/** Whether a version has revoked that log key of a member. */
export function logKeyRevoked(charter: Charter, code: string, material: string): boolean {
  return charter.versions.some((version) => (version.succession?.revoked ?? []).some((one) => one.member === code && one.purpose === 'log' && one.material === material));
}

/** Whether a version names that state of a member's log: in its cut, or as the last good one of a key that it revokes. */
export function namesHead(charter: Charter, code: string, size: number, root: string): boolean {
  const heads = charter.versions.flatMap(({ succession }) => [...(succession?.cut ?? []), ...(succession?.revoked ?? []).flatMap((one) => one.lastGood)]);
  return heads.some((head) => head.member === code && head.size === size && head.root.toLowerCase() === root);
}

const named = (version: CharterVersion | undefined, code: string): CharterMember | undefined => version?.members.find((one) => one.member === code);

/** Whether `version` counts after all that came before it. */
async function check(past: readonly CharterVersion[], version: CharterVersion): Promise<void> {
  const before = past.at(-1);
  if (version.version !== past.length + 1) throw new Error(`version ${version.version} of the charter stands in the place of version ${past.length + 1}`);
  if (!before) {
    if (version.succession) throw new Error('the first version of the charter follows another');
    for (const member of version.members) {
      if (!(await hasSigned(member, version))) throw new Error(`${member.member} has not signed the charter`);
    }
    return;
  }
  if (version.succession?.previous !== before.id) throw new Error(`version ${version.version} of the charter does not follow version ${before.version}`);
  names(past, version);
  cut(past, version);
  await consent(before, version);
  for (const counted of [before, version]) await votes(counted, version);
}

/** Statement keys of a member that `version` does not revoke: a key does not vote on its own revocation. */
function usable(member: CharterMember, version: CharterVersion): [string, Bytes][] {
  const revoked = (version.succession?.revoked ?? []).filter((one) => one.member === member.member && one.purpose === 'statement').map((one) => one.material);
  const lost = new Set(revoked);
  const kept = new Set(member.keys.statement.filter((key) => !lost.has(key.material)).map((key) => key.material));
  return [...member.statementKeys].filter(([, key]) => [...kept].some((material) => fromHex(material).every((byte, place) => byte === key[place])));
}

async function hasSigned(member: CharterMember, version: CharterVersion): Promise<boolean> {
  for (const [id, key] of usable(member, version)) {
    if (await version.signedBy(id, key)) return true;
  }
  return false;
}

/** More than half of the voting members, and as many as the threshold says, have signed under `counted`. */
async function votes(counted: CharterVersion, version: CharterVersion): Promise<void> {
  const voters = counted.members.filter((one) => one.votes);
  if (counted.threshold <= voters.length / 2 || counted.threshold > voters.length) throw new Error(`version ${counted.version} of the charter asks for ${counted.threshold} of ${voters.length} signatures`);
  let signed = 0;
  for (const voter of voters) signed += (await hasSigned(voter, version)) ? 1 : 0;
  if (signed < counted.threshold) throw new Error(`version ${version.version} of the charter has ${signed} of the ${counted.threshold} signatures that it needs under version ${counted.version}`);
}

/** Who joins, is given a vote, moves, or has its keys changed otherwise than by revocation has signed; so has each new key. */
async function consent(before: CharterVersion, version: CharterVersion): Promise<void> {
  for (const member of version.members) {
    const was = named(before, member.member);
    for (const [id, key] of member.statementKeys) {
      if (!was?.statementKeys.has(id) && !(await version.signedBy(id, key))) throw new Error(`the new key ${id} of ${member.member} has not signed version ${version.version}`);
    }
    if (was && !(member.votes && !was.votes) && member.address === was.address && !changesOwnKeys(was, member, version)) continue;
    // Who has lost every key speaks with the new one; who has none at all is spoken for by the others.
    const holder = [was, member].find((one) => one && usable(one, version).length > 0);
    if (holder ? !(await hasSigned(holder, version)) : !was) throw new Error(`${member.member} has not signed version ${version.version}`);
  }
}

function changesOwnKeys(was: CharterMember, is: CharterMember, version: CharterVersion): boolean {
  return PURPOSES.some((purpose) => {
    const [old, now] = [was, is].map((one) => one.keys[purpose].map((key) => key.material)) as [string[], string[]];
    const revoked = (material: string): boolean => (version.succession?.revoked ?? []).some((one) => one.member === was.member && one.purpose === purpose && one.material === material);
    return now.some((key) => !old.includes(key)) || old.some((key) => !now.includes(key) && !revoked(key));
  });
}

/** A member keeps its DID and the name of its log for ever. */
function names(past: readonly CharterVersion[], version: CharterVersion): void {
  const origin = (member: CharterMember): string => member.log.split('+')[0] ?? '';
  for (const member of version.members) {
    for (const was of past.flatMap((one) => one.members)) {
      const same = [was.member === member.member, was.did === member.did, origin(was) === origin(member)];
      if (same.some(Boolean) && !same.every(Boolean)) throw new Error(`version ${version.version} of the charter gives the name of a member or a log to another`);
    }
  }
}

/** No log shrinks from one cut to the next, and every log of the version before stands in it. */
function cut(past: readonly CharterVersion[], version: CharterVersion): void {
  const cuts = version.succession?.cut ?? [];
  for (const { member } of past.at(-1)?.members ?? []) {
    if (cuts.filter((head) => head.member === member).length !== 1) throw new Error(`version ${version.version} of the charter does not say where the log of ${member} stood`);
  }
  for (const head of cuts) {
    const known = past.flatMap((one) => one.succession?.cut ?? []).filter((one) => one.member === head.member);
    if (known.some((one) => one.size > head.size)) throw new Error(`the log of ${head.member} shrinks in version ${version.version} of the charter`);
  }
}
