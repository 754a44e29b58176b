import { describe, expect, it } from 'vitest';
import type { InclusionProof, Observation } from '../api/types';
import { checkStatement, type Fetcher, type Step } from './check';
import { findRow, sameDecimal } from './row';
import { bytes, newKeys, vkeyOf, world } from './vectors.testkit';

const columns = ['measure', 'commodity', 'stage', 'form', 'substance', 'area', 'period', 'value', 'unit'];
const rows = [
  ['production', 'rare_earths', 'mine', 'ore', 'REO', 'USA', '2023', '41600', 't'],
  ['production', 'rare_earths', 'mine', 'ore', 'REO', 'CHN', '2023', '255000', 't'],
];
const table = Buffer.from(JSON.stringify({ table: 'production_usgs', columns, rows }));

function observation(value: string): Observation {
  return {
    fact: '00',
    key: { measure: 'production', commodity: 'rare_earths', stage: 'mine', form: 'ore', substance: 'REO', subject: '' },
    area: 'CHN',
    partner: '',
    value: { value, unit: 't', substance: 'REO', period: '2023', basis: 'reported', qualifier: '', figure: '', sources: 1, spread: null },
    source: 'usgs-mcs-2025',
    chosen: true,
    note: '',
  };
}

function fetcher(given: { cose: Buffer; proof: InclusionProof; payload: Buffer }): Fetcher {
  return {
    statement: () => Promise.resolve(bytes(given.cose)),
    proof: () => Promise.resolve(given.proof),
    blob: () => Promise.resolve(bytes(given.payload)),
  };
}

const states = (steps: Step[]): string => steps.map((step) => `${step.name}:${step.state}`).join(' ');

describe('the check of a statement', () => {
  it('passes every step for a table carried by digest, and finds the row', async () => {
    const given = world(table, true);
    const outcome = await checkStatement(given.id, [observation('255000')], fetcher(given));
    expect(states(outcome.steps)).toBe('id:passed leaf:passed path:passed checkpoint:passed signature:passed blob:passed row:passed');
    expect(outcome.verdict).toBe('passed');
    expect(outcome.rows).toMatchObject([{ row: 2, of: 2 }]);
  });

  it('passes with the payload inside, without a figure to look for', async () => {
    const given = world(table, false);
    const outcome = await checkStatement(given.id, [], fetcher(given));
    expect(states(outcome.steps)).toBe('id:passed leaf:passed path:passed checkpoint:passed signature:passed blob:skipped row:skipped');
    expect(outcome.verdict).toBe('passed');
  });

  it('tells each step as it goes', async () => {
    const given = world(table, true);
    const told: string[] = [];
    await checkStatement(given.id, [], fetcher(given), (steps) => told.push(states(steps)));
    expect(told[0]).toContain('id:running leaf:waiting');
    expect(told.at(-1)).toContain('row:skipped');
  });

  const good = world(table, true);
  const flip = (hash: string): string => (hash.startsWith('0') ? '1' : '0') + hash.slice(1);
  const tampered: [string, Partial<{ cose: Buffer; payload: Buffer }>, Partial<InclusionProof>, string][] = [
    ['other bytes', { cose: world(table, true).cose }, {}, 'id'],
    ['another leaf', {}, { leaf: flip(good.proof.leaf) }, 'leaf'],
    ['a changed path', {}, { path: good.proof.path.map((hash, step) => (step === 1 ? flip(hash) : hash)) }, 'path'],
    ['a path cut short', {}, { path: good.proof.path.slice(0, -1) }, 'path'],
    ['another index', {}, { index: 2 }, 'path'],
    ['another size', {}, { size: 8 }, 'path'],
    ['another log’s key', {}, { log_key: vkeyOf('log.fra.example', newKeys()).vkey }, 'checkpoint'],
    ['another issuer’s key', {}, { statement_key: newKeys().public.toString('hex') }, 'signature'],
    ['one changed digit in the table', { payload: Buffer.from(table.toString().replace('255000', '256000')) }, {}, 'blob'],
  ];
  for (const [what, parts, proof, failing] of tampered) {
    it(`stops at “${failing}” for ${what}`, async () => {
      const given = { ...good, ...parts, proof: { ...good.proof, ...proof } };
      const outcome = await checkStatement(good.id, [observation('255000')], fetcher(given));
      expect(outcome.verdict).toBe('failed');
      expect(outcome.steps.find((step) => step.state === 'failed')?.name).toBe(failing);
      expect(outcome.steps.find((step) => step.state === 'failed')?.reason).not.toBe('');
    });
  }

  it('fails where the table does not give the figure shown', async () => {
    const outcome = await checkStatement(good.id, [observation('255001')], fetcher(good));
    expect(outcome.steps.at(-1)).toMatchObject({ name: 'row', state: 'failed' });
  });
});

describe('finding the row', () => {
  it('compares figures as decimals, not as floating point', () => {
    expect(sameDecimal('1.50', '1.5')).toBe(true);
    expect(sameDecimal('007', '7')).toBe(true);
    expect(sameDecimal('100', '1')).toBe(false);
    expect(sameDecimal('0.10', '0.1')).toBe(true);
    expect(sameDecimal('10', '10.0')).toBe(true);
    expect(sameDecimal('9007199254740993', '9007199254740992')).toBe(false);
    expect(sameDecimal('-1', '1')).toBe(false);
  });

  it('does not take another unit, area or period', () => {
    const payload = { columns, rows: rows.map((row) => row.map((cell) => (cell === '2023' ? '2022' : cell))) };
    expect(findRow(payload, observation('255000'))).toBeUndefined();
    expect(findRow({ columns, rows }, { ...observation('255000'), area: 'USA' })).toBeUndefined();
  });

  it('finds the process of a site', () => {
    const process = { commodity: 'rare_earths', stage: 'mine', capacity: { value: '255000', unit: 't' } };
    const found = findRow({ site: 'bayan-obo', processes: [{ ...process, stage: 'separation' }, process] }, observation('255000'));
    expect(found).toMatchObject({ row: 2, of: 2 });
    expect(found?.cells).toContainEqual({ column: 'capacity.value', value: '255000' });
  });
});
