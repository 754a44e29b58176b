import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CharterChange, CharterProposal, Governance, Votes } from '../api/types';
import { setLanguage } from '../i18n/index.svelte';
import { headline, isComplete, lacks, sameVotes, tell } from './words';

beforeEach(() => vi.stubGlobal('document', { documentElement: { lang: 'en' } }));
afterEach(() => {
  setLanguage('en');
  vi.unstubAllGlobals();
});

const name = (code: string): string => ({ CAN: 'Canada', DEU: 'Germany', USA: 'United States' })[code] ?? code;
const votes = (version: number, needed: number, signed: string[], unsigned: string[]): Votes => ({ version, needed, signed, unsigned });

function change(values: Partial<CharterChange> & Pick<CharterChange, 'change'>): CharterChange {
  return { english: '', french: '', member: null, role: null, role_before: null, purpose: null, from: null, to: null, size: null, root: null, last_good: [], reason: null, threshold: null, threshold_before: null, ...values };
}

function proposal(values: Partial<CharterProposal> = {}): CharterProposal {
  return { id: 'aa', version: 2, requested: false, changes: [], signed: ['CAN'], before: votes(1, 3, ['CAN'], ['DEU', 'USA']), after: votes(2, 2, ['CAN'], ['DEU', 'USA']), unconsenting: [], unproved: [], objection: null, ...values };
}

function state(values: Partial<Governance> = {}): Governance {
  const members = ['CAN', 'DEU', 'USA'].map((member) => ({ member, role: 'member' as const, since: 1, did: '', address: '', keys: [] }));
  return { member: 'CAN', at: '', name: 'Club', club: '', version: 1, charter: '', threshold: { needed: 2, voters: 3 }, quorum: { witnesses: 2, needed: null, faulty: 0 }, members, former: [], versions: { items: [], total: 0, offset: 0, limit: 100 }, proposals: [], fork: null, refused: null, ...values };
}

describe('what a proposal lacks', () => {
  it('is the larger of the two counts', () => {
    expect(lacks(proposal())).toBe(2);
    expect(lacks(proposal({ before: null }))).toBe(1);
    expect(lacks(proposal({ before: votes(1, 1, ['CAN'], ['DEU']), after: votes(2, 1, ['CAN', 'DEU'], []) }))).toBe(0);
  });

  it('is complete only when nobody must sign for itself any more', () => {
    const enough = { before: votes(1, 1, ['CAN'], []), after: votes(2, 1, ['CAN'], []) };
    expect(isComplete(proposal(enough))).toBe(true);
    expect(isComplete(proposal({ ...enough, unconsenting: ['DEU'] }))).toBe(false);
    expect(isComplete(proposal({ ...enough, unproved: ['DEU'] }))).toBe(false);
  });

  it('is told once where the two counts are the same', () => {
    expect(sameVotes(votes(1, 2, ['CAN'], ['DEU']), votes(2, 2, ['CAN'], ['DEU']))).toBe(true);
    expect(sameVotes(votes(1, 2, ['CAN'], ['DEU']), votes(2, 2, ['CAN'], ['DEU', 'USA']))).toBe(false);
  });
});

describe('the sentence on top', () => {
  it('says the rule when nothing is open, and the worst when something is', () => {
    expect(headline(state())).toEqual({ tone: 'good', text: 'Three members, one charter: two of three voting members must sign to change it.' });
    expect(headline(state({ proposals: [proposal()] }))).toEqual({ tone: 'warn', text: 'A change of the charter is proposed: two more signatures are needed.' });
    expect(headline(state({ proposals: [proposal({ requested: true })] })).text).toMatch(/asks to change/);
    expect(headline(state({ proposals: [proposal()], fork: { version: 2, ours: 'a', theirs: 'b', signed_both: ['DEU'] } })).tone).toBe('bad');
    expect(headline(state({ refused: { version: 2, reason: 'x' } })).tone).toBe('bad');
  });
});

describe('a change in words', () => {
  it('names who, what and how long the old key counts', () => {
    const rotated = tell(change({ change: 'key_rotated', member: 'CAN', purpose: 'statement', from: 'aa', to: 'bb', size: 1234 }), name);
    expect([rotated.who, rotated.what, ...rotated.more]).toEqual(['Canada', 'changes its statement key.', 'The old key counts up to entry 1,234 of its log, and no further.']);
    expect(rotated.exact).toEqual([['Ended', 'aa'], ['New', 'bb']]);
  });

  it('gives the last good size and root of a revoked key, and the reason', () => {
    const revoked = tell(change({ change: 'key_revoked', member: 'USA', purpose: 'log', from: 'aa', last_good: [{ member: 'USA', size: 7, root: 'cc' }], reason: 'stolen' }), name);
    expect(revoked.more).toEqual(['What it signed counts for the first 7 entries of the log of the United States, and no further.']);
    expect(revoked.exact).toEqual([['Ended', 'aa'], ['Root of the log of the United States, 7 entries', 'cc']]);
    expect(revoked.reason).toBe('stolen');
    expect(tell(change({ change: 'key_revoked', member: 'USA', purpose: 'log', from: 'aa' }), name).more).toEqual(['Nothing that it signed counts.']);
  });

  it('has a sentence for every kind, in both languages, with nothing left to fill in', () => {
    const all = change({ change: 'member_joined', member: 'DEU', role: 'associate', role_before: 'member', purpose: 'mirror', from: 'a', to: 'b', size: 3, root: 'r', threshold: { needed: 3, voters: 4 }, threshold_before: { needed: 2, voters: 3 } });
    const kinds = ['member_joined', 'member_returned', 'member_left', 'role_changed', 'key_rotated', 'key_added', 'key_retired', 'key_revoked', 'threshold_changed', 'address_changed', 'vocabulary_changed', 'rules_changed', 'schemas_changed'] as const;
    for (const language of ['en', 'fr'] as const) {
      setLanguage(language);
      for (const kind of kinds) {
        const { what, more } = tell({ ...all, change: kind }, name);
        expect([what, ...more].join(' '), kind).not.toMatch(/[{}]|governance\./);
      }
    }
  });
});
