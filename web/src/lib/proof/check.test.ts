import { describe, expect, it } from 'vitest';
import type { InclusionProof, Observation, Provenance, Source } from '../api/types';
import { checkStatement, type Claim, type Fetcher, type Outcome, type Step } from './check';
import { findRow, sameDecimal } from './row';
import { bytes, newKeys, vkeyOf, world, type World } from './vectors.testkit';

const columns = ['measure', 'commodity', 'stage', 'form', 'substance', 'area', 'period', 'value', 'unit', 'basis'];
const rows = [
  ['production', 'rare_earths', 'mine', 'ore', 'REO', 'USA', '2023', '41600', 't', 'reported'],
  ['production', 'rare_earths', 'mine', 'ore', 'REO', 'CHN', '2023', '255000', 't', 'reported'],
];
const source: Source = { source: 'usgs-mcs-2025', series: 'usgs-mcs', edition: '2025', title: 'Mineral Commodity Summaries 2025', publisher: 'USGS', url: '', licence: 'PD', attribution: '', published: '2025-01-31', published_basis: 'exact', retrieved: '2026-01-01' };
const table = Buffer.from(JSON.stringify({ source, table: 'production_usgs', columns, rows }));

function observation(value: string): Observation {
  return {
    fact: '00',
    key: { measure: 'production', commodity: 'rare_earths', stage: 'mine', form: 'ore', substance: 'REO', subject: '' },
    area: 'CHN',
    partner: '',
    value: { value, unit: 't', substance: 'REO', period: '2023', basis: 'reported', qualifier: '', figure: '', sources: 1, spread: null, source: '' },
    source: 'usgs-mcs-2025',
    chosen: true,
    note: '',
  };
}

function fetcher(given: Omit<World, 'id'>): Fetcher {
  return {
    charter: () => Promise.resolve(bytes(given.charter)),
    node: () => Promise.resolve({ charter: given.charterId }),
    statement: () => Promise.resolve(bytes(given.cose)),
    proof: () => Promise.resolve(given.proof),
    blob: () => Promise.resolve(bytes(given.payload)),
  };
}

function run(given: World, claim: Partial<Claim> = {}, tell?: (steps: Step[]) => void): Promise<Outcome> {
  const place = { statement: given.id, kind: 'statistic', issuer: 'did:web:fra.example', member: 'FRA', index: 3, blob: null };
  return checkStatement({ place, observations: [], sources: [], ...claim }, fetcher(given), tell);
}

/** The provenance of a figure as published. */
function provenance(value: string, shown = value): Provenance {
  const one = observation(value);
  return { value: { ...one.value, value: shown }, key: one.key, area: one.area, partner: '', quantity: 'observation', explanation: { en: '', fr: '' }, inputs: [{ observation: one, source, statements: [] }], inputs_total: 1, alternatives: [], sites: [], sites_total: 0, sites_status: '' };
}

const states = (steps: Step[]): string => steps.map((step) => `${step.name}:${step.state}`).join(' ');

describe('the check of a statement', () => {
  it('passes every step for a table carried by digest, and finds the row', async () => {
    const given = world(table, true);
    const outcome = await run(given, { observations: [observation('255000')], sources: [source], provenance: provenance('255000') });
    expect(states(outcome.steps)).toBe('charter:passed id:passed leaf:passed path:passed checkpoint:passed signature:passed blob:passed row:passed source:passed shown:passed');
    expect(outcome.verdict).toBe('passed');
    expect(outcome.rows).toMatchObject([{ row: 2, of: 2 }]);
  });

  it('passes with the payload inside, without a figure to look for', async () => {
    const given = world(table, false);
    const outcome = await run(given);
    expect(states(outcome.steps)).toBe('charter:passed id:passed leaf:passed path:passed checkpoint:passed signature:passed blob:skipped row:skipped source:skipped shown:skipped');
    expect(outcome.verdict).toBe('passed');
  });

  it('tells each step as it goes', async () => {
    const given = world(table, true);
    const told: string[] = [];
    await run(given, {}, (steps) => told.push(states(steps)));
    expect(told[0]).toContain('charter:running id:waiting');
    expect(told.at(-1)).toContain('shown:skipped');
  });

  const good = world(table, true);
  const flip = (hash: string): string => (hash.startsWith('0') ? '1' : '0') + hash.slice(1);
  const tampered: [string, Partial<{ cose: Buffer; payload: Buffer }>, Partial<InclusionProof>, string][] = [
    ['other bytes', { cose: world(table, true).cose }, {}, 'id'],
    ['another leaf', {}, { leaf: flip(good.proof.leaf) }, 'leaf'],
    ['a changed path', {}, { path: good.proof.path.map((hash, step) => (step === 1 ? flip(hash) : hash)) }, 'path'],
    ['a path cut short', {}, { path: good.proof.path.slice(0, -1) }, 'path'],
    ['another index', {}, { index: 2 }, 'path'],
    ['another member’s log', {}, { member: 'DEU' }, 'path'],
    ['another size', {}, { size: 8 }, 'path'],
    ['another log’s key', {}, { log_key: vkeyOf('log.fra.example', newKeys()).vkey }, 'checkpoint'],
    ['another issuer’s key', {}, { statement_key: newKeys().public.toString('hex') }, 'signature'],
    ['one changed digit in the table', { payload: Buffer.from(table.toString().replace('255000', '256000')) }, {}, 'blob'],
  ];
  for (const [what, parts, proof, failing] of tampered) {
    it(`stops at “${failing}” for ${what}`, async () => {
      const given = { ...good, ...parts, proof: { ...good.proof, ...proof } };
      const outcome = await run({ ...given, id: good.id }, { observations: [observation('255000')] });
      expect(outcome.verdict).toBe('failed');
      expect(outcome.steps.find((step) => step.state === 'failed')?.name).toBe(failing);
      expect(outcome.steps.find((step) => step.state === 'failed')?.reason).not.toBe('');
    });
  }

  it('fails where the table does not give the figure shown', async () => {
    const outcome = await run(good, { observations: [observation('255001')] });
    expect(outcome.steps.find((step) => step.name === 'row')).toMatchObject({ name: 'row', state: 'failed' });
  });
});

describe('what is shown', () => {
  const good = world(table, true);
  const one = observation('255000');
  const shown: [string, Partial<World>, Partial<Claim>, string][] = [
    ['keys of a charter that one member did not sign', world(table, true, ['DEU']), {}, 'charter'],
    ['a charter the node does not name', { charterId: '00'.repeat(32) }, {}, 'charter'],
    ['another issuer', {}, { place: { statement: good.id, kind: '', issuer: 'did:web:deu.example', member: 'FRA', index: 3, blob: null } }, 'charter'],
    ['another member', {}, { place: { statement: good.id, kind: '', issuer: 'did:web:deu.example', member: 'DEU', index: 3, blob: null } }, 'path'],
    ['another basis', {}, { observations: [{ ...one, value: { ...one.value, basis: 'estimated' } }] }, 'row'],
    ['another qualifier', {}, { observations: [{ ...one, value: { ...one.value, qualifier: 'rounded' } }] }, 'row'],
    ['another note', {}, { observations: [{ ...one, note: 'x' }] }, 'row'],
    ['another source title', {}, { sources: [{ ...source, title: 'Another' }] }, 'source'],
    ['another source key', {}, { observations: [{ ...one, source: 'x' }], sources: [source] }, 'source'],
    ['another headline', {}, { provenance: provenance('255000', '155000') }, 'shown'],
  ];
  for (const [what, parts, claim, failing] of shown) {
    it(`fails at “${failing}” for ${what}`, async () => {
      const outcome = await run({ ...good, ...parts }, { observations: [one], ...claim });
      expect(outcome.steps.find((step) => step.state === 'failed')?.name).toBe(failing);
      expect(outcome.verdict).toBe('failed');
    });
  }
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
    const process = { commodity: 'rare_earths', stage: 'mine', form: 'ore', basis: 'reported', note: '', capacity: { value: '255000', unit: 't', substance: 'REO', period: '2023' } };
    const site = { site: 'bayan-obo', name: 'Bayan Obo', country: 'CHN', processes: [{ ...process, stage: 'separation' }, process] };
    const one = observation('255000');
    const capacity = { ...one, key: { ...one.key, measure: 'capacity', subject: 'Bayan Obo' } };
    const found = findRow(site, capacity);
    expect(found).toMatchObject({ row: 2, of: 2 });
    expect(found?.cells).toContainEqual({ column: 'capacity.value', value: '255000' });
    expect(findRow(site, { ...capacity, value: { ...capacity.value, unit: 'kt' } })).toBeUndefined();
  });
});
