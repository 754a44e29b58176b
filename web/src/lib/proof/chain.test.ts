import { describe, expect, it } from 'vitest';
import { termsOf, verifyCharter } from './chain';
import { toHex } from './bytes';
import { checkStatement, type Outcome } from './check';
import { parseCheckpoint } from './note';
import { bytes, chainOf, charterVersion, logged, newKeys, vkeyOf, type Keys, type TestMember, type TestVersion } from './vectors.testkit';

const payload = Buffer.from('{}');
const [fra, deu, can, fraNext, deuNext, log, logNext] = [newKeys(), newKeys(), newKeys(), newKeys(), newKeys(), newKeys(), newKeys()] as [Keys, Keys, Keys, Keys, Keys, Keys, Keys];
const vkey = (keys: Keys, name = 'fra'): string => vkeyOf(`log.${name}.example`, keys).vkey;
const logDeu = vkey(newKeys(), 'deu');
const logCan = vkey(newKeys(), 'can');
const member = (code: string, statement: Keys, key: string): TestMember => ({ member: code, statement, log: key });

const first = charterVersion([member('FRA', fra, vkey(log)), member('DEU', deu, logDeu)], [fra, deu]);
const cutAt = (size: number, ...also: { member: string; size: number }[]): { member: string; size: number; root: string }[] => [{ member: 'FRA', size }, { member: 'DEU', size: 1 }, ...also].map((head) => ({ ...head, root: '00'.repeat(32) }));
const hex = (keys: Keys): string => keys.public.toString('hex');

/** Version 2: FRA rotates its statement key at entry 4, and CAN joins. */
const members2 = [member('FRA', fraNext, vkey(log)), member('DEU', deu, logDeu), member('CAN', can, logCan)];
const succession2 = { previous: first.id, cut: cutAt(4), retired: [{ member: 'FRA', purpose: 'statement', key: hex(fra), until: 6 }] };
const second = charterVersion(members2, [fra, fraNext, deu, can], { version: 2, succession: succession2 });

const follows = (signers: Keys[], changes: Partial<{ members: TestMember[]; succession: object; version: number; threshold: number }> = {}): TestVersion =>
  charterVersion(changes.members ?? members2, signers, { version: changes.version ?? 2, succession: changes.succession ?? succession2, ...(changes.threshold ? { threshold: changes.threshold } : {}) });

async function run(issuer: Keys, index: number, size: number, logKeys: Keys, ...chain: TestVersion[]): Promise<Outcome> {
  const given = logged(payload, false, issuer, logKeys, index, size);
  const place = { statement: given.id, kind: '', issuer: 'did:web:fra.example', member: 'FRA', index, blob: null };
  return checkStatement({ place, observations: [], sources: [] }, {
    charter: () => Promise.resolve(bytes(chainOf(...chain))),
    node: () => Promise.resolve({ charter: chain.at(-1)?.id ?? '' }),
    statement: () => Promise.resolve(bytes(given.cose)),
    proof: () => Promise.resolve(given.proof),
    blob: () => Promise.reject(new Error('no blob')),
  });
}

const failed = (outcome: Outcome): string => outcome.steps.find((step) => step.state === 'failed')?.name ?? outcome.verdict;

describe('the chain of versions', () => {
  it('is verified from the first version, whose id stays the one that a reader trusts', async () => {
    const charter = await verifyCharter(bytes(chainOf(first, second)));
    expect([charter.first, charter.id, charter.members.length]).toEqual([first.id, second.id, 3]);
    expect((await verifyCharter(bytes(first.bytes))).first).toBe(first.id);
  });

  const wrong: [string, TestVersion[]][] = [
    ['without the first version', [second]],
    ['with too few signatures under the version before', [first, follows([fra, fraNext, can])]],
    ['with too few signatures under the new version', [first, follows([fra, deu, fraNext, can], { threshold: 4 })]],
    ['without the member that joins', [first, follows([fra, fraNext, deu])]],
    ['without the new key', [first, follows([fra, deu, can])]],
    ['after another version', [first, follows([fra, fraNext, deu, can], { succession: { ...succession2, previous: '11'.repeat(32) } })]],
    ['with a number left out', [first, follows([fra, fraNext, deu, can], { version: 3 })]],
    ['with a log left out of the cut', [first, follows([fra, fraNext, deu, can], { succession: { ...succession2, cut: cutAt(4).slice(0, 1) } })]],
    ['with a threshold of less than half', [first, follows([fra, fraNext, deu, can], { threshold: 1 })]],
    ['with the name of a log that another had', [first, follows([fra, fraNext, deu, can], { members: [member('FRA', fraNext, vkey(log)), member('DEU', deu, logDeu), member('CAN', can, vkey(newKeys(), 'deu'))] })]],
    ['with a forged signature', [first, { ...second, bytes: Buffer.from(second.bytes.map((byte, place) => (place === second.bytes.length - 3 ? byte ^ 1 : byte))) }]],
  ];
  for (const [what, chain] of wrong) {
    it(`is refused ${what}`, async () => {
      await expect(verifyCharter(bytes(chainOf(...chain)))).rejects.toThrow();
    });
  }

  it('takes a second witness key for a key of its member, who must sign for it', async () => {
    const members = members2.map((one) => (one.member === 'CAN' ? { ...one, secondWitness: 'w-CAN+00000000+Bg==' } : one));
    const succession = { previous: second.id, cut: cutAt(9, { member: 'CAN', size: 1 }) };
    const third = (signers: Keys[]): TestVersion => charterVersion(members, signers, { version: 3, succession });
    const charter = await verifyCharter(bytes(chainOf(first, second, third([fraNext, deu, can]))));
    expect(charter.members.length).toBe(3);
    await expect(verifyCharter(bytes(chainOf(first, second, third([fraNext, deu]))))).rejects.toThrow('CAN has not signed version 3');
  });
});

describe('the proof after a change of the charter', () => {
  it('holds for a statement from before and for one from afterwards, each under the key of its time', async () => {
    expect(failed(await run(fra, 2, 7, log, first, second))).toBe('passed');
    // The old key has some way to go while signatures are gathered.
    expect(failed(await run(fra, 5, 7, log, first, second))).toBe('passed');
    expect(failed(await run(fraNext, 6, 7, log, first, second))).toBe('passed');
  });

  it('does not hold for the old key beyond its end, nor for the new one before its beginning', async () => {
    expect(failed(await run(fra, 6, 7, log, first, second))).toBe('signature');
    expect(failed(await run(fraNext, 3, 7, log, first, second))).toBe('signature');
  });

  it('does not hold for a revoked key beyond the last good size', async () => {
    const revoked = [{ member: 'DEU', purpose: 'statement', key: hex(deu), last_good: [{ member: 'DEU', size: 1, root: '00' }], reason: 'lost' }, { member: 'FRA', purpose: 'statement', key: hex(fra), last_good: [{ member: 'FRA', size: 3, root: '00' }], reason: 'stolen' }];
    const third = charterVersion([member('FRA', fraNext, vkey(log)), member('DEU', deuNext, logDeu), member('CAN', can, logCan)], [fraNext, deuNext, can], { version: 3, succession: { previous: second.id, cut: cutAt(7, { member: 'CAN', size: 1 }), revoked } });
    // A key that is revoked does not vote on it: two of three are left under the version before.
    expect(failed(await run(fra, 2, 7, log, first, second, third))).toBe('passed');
    expect(failed(await run(fra, 3, 7, log, first, second, third))).toBe('signature');
  });

  it('reads a checkpoint under the log’s key of its size', async () => {
    const members = [member('FRA', fra, vkey(logNext)), member('DEU', deu, logDeu)];
    const rotated = charterVersion(members, [fra, deu], { version: 2, succession: { previous: first.id, cut: cutAt(4), retired: [{ member: 'FRA', purpose: 'log', key: vkey(log) }] } });
    expect(failed(await run(fra, 2, 4, log, first, rotated))).toBe('passed');
    expect(failed(await run(fra, 2, 4, logNext, first, rotated))).toBe('passed');
    expect(failed(await run(fra, 2, 5, logNext, first, rotated))).toBe('passed');
    expect(failed(await run(fra, 2, 5, log, first, rotated))).toBe('checkpoint');
    expect(failed(await run(fra, 2, 3, logNext, first, rotated))).toBe('checkpoint');
  });

  it('believes a head under a revoked log key only where the charter names it', async () => {
    const root = toHex(parseCheckpoint(logged(payload, false, fra, log, 2, 4).proof.checkpoint).root);
    const good = { member: 'FRA', size: 4, root };
    const revoked = [{ member: 'FRA', purpose: 'log', key: vkey(log), last_good: [good], reason: 'stolen' }];
    const members = [member('FRA', fra, vkey(logNext)), member('DEU', deu, logDeu)];
    const ended = charterVersion(members, [fra, deu], { version: 2, succession: { previous: first.id, cut: [good, ...cutAt(4).slice(1)], revoked } });
    expect(failed(await run(fra, 2, 4, log, first, ended))).toBe('passed');
    // As large, with other entries; smaller; and one that the owner has signed.
    expect(failed(await run(fra, 1, 4, log, first, ended))).toBe('checkpoint');
    expect(failed(await run(fra, 2, 3, log, first, ended))).toBe('checkpoint');
    expect(failed(await run(fra, 1, 6, logNext, first, ended))).toBe('passed');
  });

  it('ends the keys of a member that leaves where its log ends', async () => {
    const members = [member('DEU', deu, logDeu), member('CAN', can, logCan)];
    const third = charterVersion(members, [deu, can], { version: 3, succession: { previous: second.id, cut: cutAt(5, { member: 'CAN', size: 1 }) } });
    expect(failed(await run(fra, 3, 5, log, first, second, third))).toBe('passed');
    expect(failed(await run(fra, 5, 6, log, first, second, third))).not.toBe('passed');
    const charter = await verifyCharter(bytes(chainOf(first, second, third)));
    expect(termsOf(charter, 'FRA', 'statement').map((term) => [term.from, term.until])).toEqual([[0, 5], [4, 5]]);
  });
});
