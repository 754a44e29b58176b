import { describe, expect, it } from 'vitest';
import type { Observation, ObservationTrace, Provenance, Source } from '../api/types';
import { recompute } from './recompute';

const key = { measure: 'production', commodity: 'x', stage: 'mine', form: 'ore', substance: '', subject: '' };
const trace = (area: string, value: string, unit = 't', period = '2023'): ObservationTrace => {
  const observation: Observation = { fact: area, key, area, partner: '', value: { value, unit, substance: null, period, basis: 'reported', qualifier: '', figure: `fact|${area}`, sources: 1, spread: null, source: '' }, source: 's', chosen: true, note: '' };
  return { observation, source: { source: 's' } as Source, statements: [] };
};
function figure(name: string, value: string, unit: string, inputs: ObservationTrace[], area = ''): Provenance {
  const shown = { value, unit, substance: null, period: '2023', basis: 'derived', qualifier: '', figure: `${name}|x`, sources: 0, spread: null, source: '' };
  return { value: shown, key, area, partner: '', quantity: name, explanation: { en: '', fr: '' }, inputs, inputs_total: inputs.length, alternatives: [], sites: [], sites_total: 0, sites_status: '' };
}
const members = new Set(['USA', 'FRA']);
const state = (provenance: Provenance): string => recompute(provenance, members).state;
const world = [trace('WLD', '400'), trace('CHN', '200'), trace('USA', '100'), trace('OTH', '100')];

describe('recomputing', () => {
  it('agrees with what follows from the inputs, and with nothing else', () => {
    for (const [name, value, unit, inputs, area] of [
      ['share', '50', 'percent', world.slice(0, 2), 'CHN'],
      ['hhi', '3125', 'index', world.slice(0, 3), ''],
      ['n-1', '50', 'percent', world.slice(0, 3), ''],
      ['largest-share', '50', 'percent', world.slice(0, 3), ''],
      ['world', '0.4', 'kt', world.slice(1), ''],
      ['club', '100', 't', [trace('USA', '100')], ''],
      ['club-share', '25', 'percent', [world[0] as ObservationTrace, trace('USA', '100')], ''],
      ['together', '200', 't', world, '!CHN'],
    ] as const) {
      expect([name, state(figure(name, value, unit, [...inputs], area))]).toEqual([name, 'agrees']);
      expect([name, state(figure(name, String(Number(value) * 1.1), unit, [...inputs], area))]).toEqual([name, 'differs']);
    }
    expect(state(figure('change', '-60', 'percent', [trace('WLD', '400'), trace('WLD', '1000', 't', '2022')]))).toBe('agrees');
  });

  it('says that it did not where inputs are missing or of other kinds', () => {
    const share = figure('share', '50', 'percent', world.slice(0, 2), 'CHN');
    expect(state({ ...share, inputs_total: 3 })).toBe('partial');
    expect(state(figure('world', '300', 't', [trace('CHN', '200'), trace('USA', '100', 'usd')]))).toBe('partial');
    expect(state(figure('world', '300', 't', [trace('CHN', '200'), trace('CHN', '100')]))).toBe('partial');
  });

  it('does not take other countries for the club’s, nor another area for the one named', () => {
    expect(state(figure('club', '200', 't', [trace('CHN', '200')]))).toBe('differs');
    expect(state(figure('share', '25', 'percent', [world[0] as ObservationTrace, world[2] as ObservationTrace], 'CHN'))).toBe('differs');
  });
});
