import { describe, expect, it } from 'vitest';
import type { Balance, Contradiction, Figure } from '../api/types';
import { ranked, saidBesides } from './contradictions';

const key = { measure: 'production', commodity: 'x', stage: 'mine', form: 'ore', substance: 'X', mass_basis: 'contained', subject: '' };
const figure = (value: string): Figure => ({ value, unit: 't', substance: 'X', period: '2023', basis: 'reported', qualifier: '', figure: `fact|${value}`, sources: 1, spread: null, source: '' });
const said = (area: string, partner: string, source: string, ...values: string[]): Contradiction => ({ area, partner, source, figures: values.map((value) => ({ figure: figure(value), members: ['JPN'] })) });
const balance = (contradictions?: Contradiction[]): Balance => ({
  key, period: '2023', periods: ['2023'], world: null, hhi: null, n_minus_1: null, club: null, listed: null, left_out: null, sources: [], rule: { en: '', fr: '' }, rows: [],
  ...(contradictions ? { contradictions } : {}),
});

describe('contradictions', () => {
  const all = [said('CHN', '', 'a', '10', '11', '14'), said('CHN', '', 'b', '12', '13'), said('CHN', 'USA', 'a', '1', '9')];

  it('stand in the column of their source, the figure shown elsewhere left out', () => {
    expect(saidBesides(balance(all), 'CHN', 'a').map((one) => one.value)).toEqual(['11', '14']);
    expect(saidBesides(balance(all), 'CHN', 'b').map((one) => one.value)).toEqual(['13']);
    expect(saidBesides(balance(all), 'USA', 'a')).toEqual([]);
    expect(saidBesides(balance(), 'CHN', 'a')).toEqual([]);
  });

  it('are listed from the largest difference', () => {
    expect(ranked(all).map((one) => one.partner || one.source)).toEqual(['USA', 'a', 'b']);
  });
});
