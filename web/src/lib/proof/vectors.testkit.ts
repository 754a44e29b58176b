/** Test vectors made afresh with Node's own crypto: an implementation that is not the one under test. */
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import type { InclusionProof } from '../api/types';
import type { Bytes } from './bytes';

export function sha(...parts: Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

export function bytes(buffer: Uint8Array): Bytes {
  return new Uint8Array(buffer);
}

export interface Keys {
  private: KeyObject;
  public: Buffer;
}

export function newKeys(): Keys {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { private: privateKey, public: publicKey.export({ format: 'der', type: 'spki' }).subarray(-32) };
}

/** Merkle tree hash by RFC 9162's recursive definition (the page folds a path instead). */
export function treeHash(leaves: Buffer[]): Buffer {
  if (leaves.length === 0) return sha();
  if (leaves.length === 1) return leaves[0] ?? sha();
  const split = largestPowerBelow(leaves.length);
  return sha(Buffer.of(1), treeHash(leaves.slice(0, split)), treeHash(leaves.slice(split)));
}

export function auditPath(index: number, leaves: Buffer[]): Buffer[] {
  if (leaves.length <= 1) return [];
  const split = largestPowerBelow(leaves.length);
  return index < split
    ? [...auditPath(index, leaves.slice(0, split)), treeHash(leaves.slice(split))]
    : [...auditPath(index - split, leaves.slice(split)), treeHash(leaves.slice(0, split))];
}

function largestPowerBelow(n: number): number {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}

export function leafOf(entry: Uint8Array): Buffer {
  return sha(Buffer.of(0), entry);
}

type Item = number | string | Buffer | null | Item[] | Map<number | string, Item>;

export function cbor(item: Item): Buffer {
  const head = (major: number, n: number): Buffer => {
    if (n < 24) return Buffer.of((major << 5) | n);
    if (n < 256) return Buffer.of((major << 5) | 24, n);
    const wide = Buffer.alloc(3);
    wide[0] = (major << 5) | 25;
    wide.writeUInt16BE(n, 1);
    return wide;
  };
  if (item === null) return Buffer.of(0xf6);
  if (typeof item === 'number') return item >= 0 ? head(0, item) : head(1, -1 - item);
  if (typeof item === 'string') return Buffer.concat([head(3, Buffer.byteLength(item)), Buffer.from(item)]);
  if (Buffer.isBuffer(item)) return Buffer.concat([head(2, item.length), item]);
  if (Array.isArray(item)) return Buffer.concat([head(4, item.length), ...item.map(cbor)]);
  return Buffer.concat([head(5, item.size), ...[...item].flatMap(([key, value]) => [cbor(key), cbor(value)])]);
}

/** A statement; sealed, its `payload` is the commitment. */
export function signedStatement(keys: Keys, payload: Buffer, byDigest: boolean, sealed = false): Buffer {
  const header = new Map<number | string, Item>([
    [1, -8],
    [4, sha(keys.public).subarray(0, 16)],
    [15, new Map<number | string, Item>([[1, 'did:web:fra.example'], [2, 'https://fra.example/tables/production']])],
    ['didymium-visibility', 'public'],
  ]);
  const type = 'application/vnd.didymium.statistic+json; version=1';
  if (byDigest) header.set(258, -16).set(259, type);
  else if (sealed) header.set(259, type).set('didymium-commitment', 'HMAC-SHA256');
  else header.set(3, type);
  const protectedHeader = cbor(header);
  const body = byDigest ? sha(payload) : payload;
  const signature = sign(null, cbor(['Signature1', protectedHeader, Buffer.alloc(0), body]), keys.private);
  return Buffer.concat([Buffer.of(0xd2), cbor([protectedHeader, new Map(), body, signature])]);
}

export function vkeyOf(name: string, keys: Keys): { vkey: string; id: Buffer } {
  const typed = Buffer.concat([Buffer.of(1), keys.public]);
  const id = sha(Buffer.from(`${name}\n`), typed).subarray(0, 4);
  return { vkey: `${name}+${id.toString('hex')}+${typed.toString('base64')}`, id };
}

export function signedCheckpoint(name: string, keys: Keys, leaves: Buffer[]): string {
  const text = `${name}\n${leaves.length}\n${treeHash(leaves).toString('base64')}\n`;
  const blob = Buffer.concat([vkeyOf(name, keys).id, sign(null, Buffer.from(text), keys.private)]);
  return `${text}\n\u2014 ${name} ${blob.toString('base64')}\n`;
}

export interface TestMember {
  member: string;
  statement: Keys;
  log: string;
  address?: string;
  secondWitness?: string;
}

export interface TestVersion {
  bytes: Buffer;
  id: string;
}

/** A version of a charter with the signatures of these keys. */
export function charterVersion(members: readonly TestMember[], signers: readonly Keys[], later: { version?: number; threshold?: number; succession?: object } = {}): TestVersion {
  const { version = 1, ...rest } = later;
  const payload = Buffer.from(
    JSON.stringify({
      version,
      club: 'test',
      members: members.map((one) => ({ member: one.member, did: `did:web:${one.member.toLowerCase()}.example`, domain: 'x', address: one.address ?? '', role: 'member', keys: { statement: [one.statement.public.toString('hex')], log: one.log, witness: `w-${one.member}`, mirror: `m-${one.member}`, ...(one.secondWitness ? { witness_ml_dsa: one.secondWitness } : {}) } })),
      ...rest,
    }),
  );
  const body = cbor(new Map<number | string, Item>([[3, 'application/vnd.didymium.charter+json; version=1']]));
  const signatures = signers.map((keys): Item => {
    const header = cbor(new Map<number | string, Item>([[1, -8], [4, sha(keys.public).subarray(0, 16)]]));
    return [header, new Map(), sign(null, cbor(['Signature', body, header, Buffer.alloc(0), payload]), keys.private)];
  });
  return { bytes: Buffer.concat([Buffer.of(0xd8, 98), cbor([body, new Map(), payload, signatures])]), id: sha(payload).toString('hex') };
}

/** All versions as one file. */
export function chainOf(...versions: TestVersion[]): Buffer {
  return cbor(versions.map((one) => one.bytes));
}

export interface World {
  cose: Buffer;
  id: string;
  proof: InclusionProof;
  payload: Buffer;
  charter: Buffer;
  charterId: string;
}

/** A log of some entries with the statement in the middle, and everything that a reader is given of it. */
export function world(payload: Buffer, byDigest: boolean, unsigned: readonly string[] = []): World {
  const logKeys = newKeys();
  const issuer = newKeys();
  const other: TestMember = { member: 'DEU', statement: newKeys(), log: vkeyOf('log.deu.example', newKeys()).vkey };
  const given = logged(payload, byDigest, issuer, logKeys, 3, 7);
  const members: TestMember[] = [{ member: 'FRA', statement: issuer, log: given.proof.log_key }, other];
  const signers = members.filter((one) => !unsigned.includes(one.member)).map((one) => one.statement);
  const charter = charterVersion(members, signers);
  return { ...given, payload, charter: charter.bytes, charterId: charter.id };
}

/** A statement at an index of a log of some size, with its proof. */
export function logged(payload: Buffer, byDigest: boolean, issuer: Keys, logKeys: Keys, index: number, size: number): Pick<World, 'cose' | 'id' | 'proof'> {
  const cose = signedStatement(issuer, payload, byDigest);
  const leaves = Array.from({ length: size }, (_, n) => leafOf(n === index ? cose : Buffer.from(`entry ${n}`)));
  const name = 'log.fra.example';
  const proof: InclusionProof = {
    member: 'FRA',
    index,
    size,
    leaf: leafOf(cose).toString('hex'),
    path: auditPath(index, leaves).map((hash) => hash.toString('hex')),
    checkpoint: signedCheckpoint(name, logKeys, leaves),
    log_key: vkeyOf(name, logKeys).vkey,
    statement_key: issuer.public.toString('hex'),
  };
  return { cose, id: sha(cose).toString('hex'), proof };
}
