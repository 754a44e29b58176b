import { equal, fromBase64, fromHex, sha256, toHex, verifyEd25519, type Bytes, concat } from './bytes';
import { Tagged, decode, encodeArrayHead, encodeBytes, encodeText, type Cbor } from './cbor';
import { statementKeyId } from './cose';

const TAG_SIGN = 98;
const ALGORITHM = 1;
const CONTENT_TYPE = 3;
const KEY_ID = 4;
const EDDSA = -8;
const MEDIA_TYPE = 'application/vnd.didymium.charter+json; version=1';
/** Members a charter may have. */
const MEMBERS_MAX = 64;
/** Signatures a charter may have. */
const SIGNATURES_MAX = 4 * MEMBERS_MAX;

/** A key of a member: as it is written, and the public key in hex, by which two writings are the same. */
export interface WrittenKey {
  written: string;
  material: string;
}

/** A member as one version of the charter names it. */
export interface CharterMember {
  member: string;
  did: string;
  votes: boolean;
  address: string;
  /** Ed25519 keys of its statements, by their id in hex. */
  statementKeys: ReadonlyMap<string, Bytes>;
  /** Verification key of its log. */
  log: string;
  keys: Readonly<Record<Purpose, WrittenKey[]>>;
}

/** What keys are for. */
export const PURPOSES = ['statement', 'log', 'witness', 'witness_ml_dsa', 'mirror', 'transport', 'tls'] as const;
export type Purpose = (typeof PURPOSES)[number];

/** A state of a member's log. */
export interface LogHead {
  member: string;
  size: number;
  /** Root of its tree, hexadecimal. */
  root: string;
}

/** A key that a version ends. */
export interface EndedKey {
  member: string;
  purpose: string;
  material: string;
  /** Retired: up to which size of the log it still counts; the cut if absent. */
  until?: number;
  /** Revoked: the last good sizes. */
  lastGood: LogHead[];
}

/** How a version follows the one before. */
export interface Succession {
  previous: string;
  cut: LogHead[];
  retired: EndedKey[];
  revoked: EndedKey[];
}

/** One version as its bytes have it, with the keys whose signatures verify: whether they are enough is for others to say. */
export interface CharterVersion {
  /** SHA-256 of the payload. */
  id: string;
  version: number;
  club: string;
  members: CharterMember[];
  /** Voting members that must sign the next version. */
  threshold: number;
  succession?: Succession;
  /** Whether the key of that id, in hex, signed it. */
  signedBy: (keyId: string, key: Bytes) => Promise<boolean>;
}

interface Signature {
  protected: Bytes;
  keyId: Bytes;
  signature: Bytes;
}

export function bytesOf(value: unknown, what: string): Bytes {
  if (value instanceof Uint8Array) return value as Bytes;
  throw new Error(`the charter’s ${what} is not a byte string`);
}

function textOf(value: unknown, what: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new Error(`the charter’s ${what} is not text`);
}

export function listOf(value: unknown, what: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(`the charter’s ${what} is not a list`);
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Error(`the charter’s ${what} is not an object`);
}

function countOf(value: unknown, what: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error(`the charter’s ${what} is not a whole number`);
}

function signatureOf(item: unknown): Signature {
  const parts = listOf(item, 'signature');
  if (parts.length !== 3) throw new Error('a signature of the charter has three parts');
  const protectedBytes = bytesOf(parts[0], 'protected header');
  const header = decode(protectedBytes);
  if (!(header instanceof Map) || header.get(ALGORITHM) !== EDDSA) throw new Error('a signature of the charter is not EdDSA');
  return { protected: protectedBytes, keyId: bytesOf(header.get(KEY_ID), 'key id'), signature: bytesOf(parts[2], 'signature') };
}

/** The public key of a verification key, in hex, without its type; a key that cannot be read is only the same as itself. */
function materialOf(purpose: string, key: string): string {
  if (['statement', 'transport', 'tls'].includes(purpose)) return key.toLowerCase();
  try {
    const typed = fromBase64(key.split('+').slice(2).join('+'));
    return typed.length > 32 ? toHex(typed.slice(1)) : key;
  } catch {
    return key;
  }
}

async function memberOf(value: unknown): Promise<CharterMember> {
  const json = record(value, 'member');
  const keys = record(json['keys'], 'keys');
  const statementKeys = new Map<string, Bytes>();
  const spoken = listOf(keys['statement'], 'statement keys').map((key) => textOf(key, 'statement key'));
  for (const hex of spoken) {
    const key = fromHex(hex);
    statementKeys.set(toHex(await statementKeyId(key)), key);
  }
  const written = (purpose: string, list: unknown[]): WrittenKey[] => list.filter((key): key is string => typeof key === 'string').map((key) => ({ written: key, material: materialOf(purpose, key) }));
  return {
    member: textOf(json['member'], 'member code'),
    did: textOf(json['did'], 'DID'),
    // Charters from before there were roles name full members alone.
    votes: (json['role'] ?? 'member') === 'member',
    address: typeof json['address'] === 'string' ? json['address'] : '',
    statementKeys,
    log: textOf(keys['log'], 'log key'),
    keys: { statement: written('statement', spoken), log: written('log', [keys['log']]), witness: written('witness', [keys['witness']]), witness_ml_dsa: written('witness_ml_dsa', [keys['witness_ml_dsa']]), mirror: written('mirror', [keys['mirror']]), transport: written('transport', [keys['transport']]), tls: written('tls', [keys['tls']]) },
  };
}

/** No name and no key may stand for two members. */
function distinct(members: readonly CharterMember[]): void {
  const all = [members.map((one) => one.member), members.map((one) => one.did), members.map((one) => one.log), members.flatMap((one) => [...one.statementKeys.keys()])];
  if (all.some((list) => new Set(list).size !== list.length)) throw new Error('the charter names a member or a key twice');
}

function headOf(value: unknown): LogHead {
  const json = record(value, 'head of a log');
  return { member: textOf(json['member'], 'member code'), size: countOf(json['size'], 'size of a log'), root: textOf(json['root'], 'root of a log') };
}

function endedOf(value: unknown): EndedKey {
  const json = record(value, 'ended key');
  const purpose = textOf(json['purpose'], 'purpose of a key');
  return {
    member: textOf(json['member'], 'member code'),
    purpose,
    material: materialOf(purpose, textOf(json['key'], 'ended key')),
    ...(json['until'] === undefined ? {} : { until: countOf(json['until'], 'end of a key') }),
    lastGood: listOf(json['last_good'] ?? [], 'last good heads').map(headOf),
  };
}

function successionOf(value: unknown): Succession {
  const json = record(value, 'succession');
  return {
    previous: textOf(json['previous'], 'version before').toLowerCase(),
    cut: listOf(json['cut'], 'cut').map(headOf),
    retired: listOf(json['retired'] ?? [], 'retired keys').map(endedOf),
    revoked: listOf(json['revoked'] ?? [], 'revoked keys').map(endedOf),
  };
}

/** Reads one version (COSE_Sign, RFC 9052 §4); nothing is said of whether it has enough signatures. */
export async function readVersion(item: Cbor): Promise<CharterVersion> {
  if (!(item instanceof Tagged) || item.tag !== TAG_SIGN) throw new Error('the charter is not a COSE_Sign (tag 98)');
  const parts = listOf(item.value, 'envelope');
  if (parts.length !== 4) throw new Error('COSE_Sign has four parts');
  const body = bytesOf(parts[0], 'protected header');
  const header = decode(body);
  if (!(header instanceof Map) || header.get(CONTENT_TYPE) !== MEDIA_TYPE) throw new Error('the charter is of another content type');
  const payload = bytesOf(parts[2], 'payload');
  const signatures = listOf(parts[3], 'signatures').map(signatureOf);
  if (signatures.length > SIGNATURES_MAX) throw new Error(`the charter has ${signatures.length} signatures`);
  const json = record(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload)), 'payload');
  const listed = listOf(json['members'], 'members');
  if (listed.length === 0 || listed.length > MEMBERS_MAX) throw new Error(`the charter names ${listed.length} members`);
  const members = await Promise.all(listed.map(memberOf));
  distinct(members);
  const voters = members.filter((one) => one.votes).length;
  return {
    id: toHex(await sha256(payload)),
    version: countOf(json['version'], 'version'),
    club: textOf(json['club'], 'club'),
    members,
    threshold: json['threshold'] === undefined ? Math.ceil((2 * voters) / 3) : countOf(json['threshold'], 'threshold'),
    ...(json['succession'] === undefined ? {} : { succession: successionOf(json['succession']) }),
    async signedBy(keyId, key) {
      if (keyId !== toHex(await statementKeyId(key))) return false;
      for (const one of signatures) {
        if (equal(one.keyId, fromHex(keyId)) && (await verifyEd25519(key, one.signature, signedBytes(body, one.protected, payload)))) return true;
      }
      return false;
    },
  };
}

/** What a member signed: Sig_structure of RFC 9052 §4.4 for one of several signatures, with no external data. */
function signedBytes(body: Bytes, sign: Bytes, payload: Bytes): Bytes {
  return concat(encodeArrayHead(5), ...encodeText('Signature'), ...encodeBytes(body), ...encodeBytes(sign), ...encodeBytes(new Uint8Array()), ...encodeBytes(payload));
}
