import { concat, equal, sha256, verifyEd25519, type Bytes } from './bytes';
import { Tagged, decode, encodeArrayHead, encodeBytes, encodeText, type CborMap } from './cbor';

const TAG_SIGN1 = 18;
const ALGORITHM = 1;
const CONTENT_TYPE = 3;
const KEY_ID = 4;
const CLAIMS = 15;
const PAYLOAD_HASH = 258;
const PREIMAGE_TYPE = 259;
const COMMITMENT = 'didymium-commitment';
const EDDSA = -8;
const SHA_256 = -16;

/** A statement's envelope: COSE_Sign1 (RFC 9052), its payload inside or, by its SHA-256, in a blob. */
export interface Envelope {
  /** The protected header's bytes, as signed. */
  protected: Bytes;
  header: CborMap;
  payload: Bytes;
  signature: Bytes;
  /** Media type of the payload or of the blob. */
  mediaType: string;
  issuer: string;
  subject: string;
  keyId: Bytes;
  /** The payload is the SHA-256 of a blob (COSE hash envelope). */
  byDigest: boolean;
  /** The payload is a commitment; what it commits to is with its owner. */
  sealed: boolean;
}

function bytesOf(value: unknown, what: string): Bytes {
  if (value instanceof Uint8Array) return value as Bytes;
  throw new Error(`${what} is not a byte string`);
}

function textOf(value: unknown, what: string): string {
  if (typeof value === 'string') return value;
  throw new Error(`${what} is not text`);
}

/** Decodes a statement. */
export function parseEnvelope(bytes: Bytes): Envelope {
  const item = decode(bytes);
  if (!(item instanceof Tagged) || item.tag !== TAG_SIGN1) throw new Error('not a COSE_Sign1 (tag 18)');
  const parts = item.value;
  if (!Array.isArray(parts) || parts.length !== 4) throw new Error('COSE_Sign1 has four parts');
  const protectedBytes = bytesOf(parts[0], 'protected header');
  if (!(parts[1] instanceof Map) || parts[1].size > 0) throw new Error('the unprotected header must be an empty map');
  const header = decode(protectedBytes);
  if (!(header instanceof Map)) throw new Error('the protected header is not a map');
  if (header.get(ALGORITHM) !== EDDSA) throw new Error('the algorithm is not EdDSA');
  const byDigest = header.has(PAYLOAD_HASH);
  if (byDigest && header.get(PAYLOAD_HASH) !== SHA_256) throw new Error('the payload’s digest is not SHA-256');
  const sealed = header.has(COMMITMENT);
  if (Number(byDigest) + Number(sealed) + Number(header.has(CONTENT_TYPE)) !== 1) throw new Error('exactly one of labels 3, 258 and didymium-commitment must be there');
  if (sealed && header.get(COMMITMENT) !== 'HMAC-SHA256') throw new Error('the commitment is not HMAC-SHA256');
  const claims = header.get(CLAIMS);
  if (!(claims instanceof Map)) throw new Error('no CWT claims');
  const payload = bytesOf(parts[2], 'payload');
  if ((byDigest || sealed) && payload.length !== 32) throw new Error('a SHA-256 digest, or a commitment, has 32 bytes');
  return {
    protected: protectedBytes,
    header,
    payload,
    signature: bytesOf(parts[3], 'signature'),
    mediaType: textOf(header.get(byDigest || sealed ? PREIMAGE_TYPE : CONTENT_TYPE), 'content type'),
    issuer: textOf(claims.get(1), 'issuer'),
    subject: textOf(claims.get(2), 'subject'),
    keyId: bytesOf(header.get(KEY_ID), 'key id'),
    byDigest,
    sealed,
  };
}

/** What the issuer signed: Sig_structure of RFC 9052 §4.4, with no external data. */
export function signedBytes(envelope: Envelope): Bytes {
  return concat(
    encodeArrayHead(4),
    ...encodeText('Signature1'),
    ...encodeBytes(envelope.protected),
    ...encodeBytes(new Uint8Array()),
    ...encodeBytes(envelope.payload),
  );
}

/** The name of a key in a header: the first 16 bytes of its SHA-256. */
export async function statementKeyId(publicKey: Bytes): Promise<Bytes> {
  return (await sha256(publicKey)).slice(0, 16);
}

/** Whether the envelope names this key and its signature verifies under it. */
export async function verifyEnvelope(envelope: Envelope, publicKey: Bytes): Promise<boolean> {
  if (!equal(envelope.keyId, await statementKeyId(publicKey))) return false;
  return verifyEd25519(publicKey, envelope.signature, signedBytes(envelope));
}
