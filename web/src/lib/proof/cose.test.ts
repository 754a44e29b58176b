import { describe, expect, it } from 'vitest';
import { decode, Tagged } from './cbor';
import { parseEnvelope, verifyEnvelope } from './cose';
import { bytes, newKeys, sha, signedStatement } from './vectors.testkit';

const hex = (text: string) => bytes(Buffer.from(text, 'hex'));

describe('CBOR', () => {
  it('decodes the examples of RFC 8949 that an envelope can hold', () => {
    expect(decode(hex('1903e8'))).toBe(1000);
    expect(decode(hex('1a000f4240'))).toBe(1_000_000);
    expect(decode(hex('3903e7'))).toBe(-1000);
    expect(decode(hex('62c3bc'))).toBe('ü');
    expect(decode(hex('83010203'))).toEqual([1, 2, 3]);
    expect(decode(hex('a26161016162820203'))).toEqual(new Map<string, unknown>([['a', 1], ['b', [2, 3]]]));
    expect(decode(hex('c11a514b67b0'))).toEqual(new Tagged(1, 1363896240));
    expect(decode(hex('f6'))).toBeNull();
  });

  it('refuses what is cut short, too long, indefinite, repeated, wider than needed or a float', () => {
    for (const bad of ['', '19', '8301', '0000', '9fff', '5f42010243030405ff', 'a2616101616102', '1817', '190017', 'fb3ff199999999999a', 'f7', '61ff']) {
      expect(() => decode(hex(bad)), bad).toThrow();
    }
    expect(() => decode(bytes(Buffer.alloc(200, 0x81)))).toThrow(/deep/);
  });
});

describe('COSE_Sign1', () => {
  const payload = Buffer.from('{"table":"production"}');

  it('verifies under the issuer’s key, payload inside or by digest', async () => {
    const keys = newKeys();
    for (const byDigest of [false, true]) {
      const envelope = parseEnvelope(bytes(signedStatement(keys, payload, byDigest)));
      expect(envelope).toMatchObject({ byDigest, issuer: 'did:web:fra.example', mediaType: 'application/vnd.didymium.statistic+json; version=1' });
      expect(Buffer.from(envelope.payload)).toEqual(byDigest ? sha(payload) : payload);
      expect(await verifyEnvelope(envelope, bytes(keys.public))).toBe(true);
      expect(await verifyEnvelope(envelope, bytes(newKeys().public))).toBe(false);
    }
  });

  it('knows a sealed statement by its commitment, which has 32 bytes', async () => {
    const keys = newKeys();
    const envelope = parseEnvelope(bytes(signedStatement(keys, sha(payload), false, true)));
    expect(envelope).toMatchObject({ byDigest: false, sealed: true, mediaType: 'application/vnd.didymium.statistic+json; version=1' });
    expect(await verifyEnvelope(envelope, bytes(keys.public))).toBe(true);
    expect(() => parseEnvelope(bytes(signedStatement(keys, payload, false, true)))).toThrow(/32 bytes/);
  });

  it('fails for every single byte changed', async () => {
    const keys = newKeys();
    const good = signedStatement(keys, payload, false);
    for (let at = 0; at < good.length; at += 1) {
      const changed = bytes(good);
      changed[at] = (changed[at] ?? 0) ^ 1;
      let verified = false;
      try {
        verified = await verifyEnvelope(parseEnvelope(changed), bytes(keys.public));
      } catch {
        // Refused before the signature was reached.
      }
      expect(verified, `byte ${at}`).toBe(false);
    }
  });
});
