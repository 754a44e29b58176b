import { equal, fromHex, sha256, toHex, verifyEd25519, type Bytes, concat } from './bytes';
import { Tagged, decode, encodeArrayHead, encodeBytes, encodeText } from './cbor';
import { statementKeyId } from './cose';

const TAG_SIGN = 98;
const ALGORITHM = 1;
const CONTENT_TYPE = 3;
const KEY_ID = 4;
const EDDSA = -8;
const MEDIA_TYPE = 'application/vnd.didymium.charter+json; version=1';
/** Members a charter may have. */
const MEMBERS_MAX = 64;

/** A member as the charter names it. */
export interface CharterMember {
  member: string;
  did: string;
  /** Ed25519 keys of its statements, by their id in hex. */
  statementKeys: ReadonlyMap<string, Bytes>;
  /** Verification key of its log. */
  log: string;
}

/** A charter that every member it names has signed. */
export interface Charter {
  /** SHA-256 of the payload. */
  id: string;
  club: string;
  members: CharterMember[];
}

interface Signature {
  protected: Bytes;
  keyId: Bytes;
  signature: Bytes;
}

function bytesOf(value: unknown, what: string): Bytes {
  if (value instanceof Uint8Array) return value as Bytes;
  throw new Error(`the charter’s ${what} is not a byte string`);
}

function textOf(value: unknown, what: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new Error(`the charter’s ${what} is not text`);
}

function listOf(value: unknown, what: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(`the charter’s ${what} is not a list`);
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Error(`the charter’s ${what} is not an object`);
}

function signatureOf(item: unknown): Signature {
  const parts = listOf(item, 'signature');
  if (parts.length !== 3) throw new Error('a signature of the charter has three parts');
  const protectedBytes = bytesOf(parts[0], 'protected header');
  const header = decode(protectedBytes);
  if (!(header instanceof Map) || header.get(ALGORITHM) !== EDDSA) throw new Error('a signature of the charter is not EdDSA');
  return { protected: protectedBytes, keyId: bytesOf(header.get(KEY_ID), 'key id'), signature: bytesOf(parts[2], 'signature') };
}

async function memberOf(value: unknown): Promise<CharterMember> {
  const json = record(value, 'member');
  const keys = record(json['keys'], 'keys');
  const statementKeys = new Map<string, Bytes>();
  for (const hex of listOf(keys['statement'], 'statement keys')) {
    const key = fromHex(textOf(hex, 'statement key'));
    statementKeys.set(toHex(await statementKeyId(key)), key);
  }
  return { member: textOf(json['member'], 'member code'), did: textOf(json['did'], 'DID'), statementKeys, log: textOf(keys['log'], 'log key') };
}

/** No name and no key may stand for two members. */
function distinct(members: readonly CharterMember[]): void {
  const all = [members.map((one) => one.member), members.map((one) => one.did), members.map((one) => one.log), members.flatMap((one) => [...one.statementKeys.keys()])];
  if (all.some((list) => new Set(list).size !== list.length)) throw new Error('the charter names a member or a key twice');
}

/** Reads a charter (COSE_Sign, RFC 9052 §4) and verifies that every member it names has signed it. */
export async function verifyCharter(bytes: Bytes): Promise<Charter> {
  const item = decode(bytes);
  if (!(item instanceof Tagged) || item.tag !== TAG_SIGN) throw new Error('the charter is not a COSE_Sign (tag 98)');
  const parts = listOf(item.value, 'envelope');
  if (parts.length !== 4) throw new Error('COSE_Sign has four parts');
  const body = bytesOf(parts[0], 'protected header');
  const header = decode(body);
  if (!(header instanceof Map) || header.get(CONTENT_TYPE) !== MEDIA_TYPE) throw new Error('the charter is of another content type');
  const payload = bytesOf(parts[2], 'payload');
  const signatures = listOf(parts[3], 'signatures').map(signatureOf);
  const json = record(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload)), 'payload');
  const listed = listOf(json['members'], 'members');
  if (listed.length === 0 || listed.length > MEMBERS_MAX) throw new Error(`the charter names ${listed.length} members`);
  const members = await Promise.all(listed.map(memberOf));
  distinct(members);
  for (const member of members) {
    if (!(await signedBy(member, signatures, body, payload))) throw new Error(`${member.member} has not signed the charter`);
  }
  return { id: toHex(await sha256(payload)), club: textOf(json['club'], 'club'), members };
}

async function signedBy(member: CharterMember, signatures: readonly Signature[], body: Bytes, payload: Bytes): Promise<boolean> {
  for (const one of signatures) {
    const key = member.statementKeys.get(toHex(one.keyId));
    if (key && equal(one.keyId, await statementKeyId(key)) && (await verifyEd25519(key, one.signature, signedBytes(body, one.protected, payload)))) return true;
  }
  return false;
}

/** What a member signed: Sig_structure of RFC 9052 §4.4 for one of several signatures, with no external data. */
function signedBytes(body: Bytes, sign: Bytes, payload: Bytes): Bytes {
  return concat(encodeArrayHead(5), ...encodeText('Signature'), ...encodeBytes(body), ...encodeBytes(sign), ...encodeBytes(new Uint8Array()), ...encodeBytes(payload));
}
