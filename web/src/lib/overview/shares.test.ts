import { describe, expect, it } from 'vitest';
import type { CountryShare, Figure, StageLine } from '../api/types';
import { concentration } from '../concentration';
import { periodNumber, pieces, story } from './shares';

function figure(value: number, unit: string): Figure {
  return { value: String(value), unit, substance: null, period: '2023', basis: 'derived', qualifier: '', figure: '', sources: 0, spread: null, source: '' };
}

function held(area: string, share: number): CountryShare {
  return { area, value: figure(share * 10, 't'), share: figure(share, 'percent') };
}

function line(stage: string, top: CountryShare[], club: number | null): StageLine {
  return {
    stage,
    form: '',
    series: null,
    world: null,
    listed: null,
    top,
    hhi: null,
    n_minus_1: null,
    club: club === null ? null : held('CLUB', club),
    trend: [],
    change: null,
    sites: { total: figure(0, 'count'), operating: figure(0, 'count') },
  };
}

const isMember = (area: string): boolean => area === 'USA' || area === 'JPN';

describe('the bar of a stage', () => {
  it('gives members the club’s colour, wherever they rank, and counts nobody twice', () => {
    const bar = pieces(line('mine', [held('CHN', 60), held('USA', 12), held('MMR', 8)], 14), isMember);
    expect(bar).toEqual([
      { kind: 'lead', area: 'CHN', share: 60 },
      { kind: 'club', area: 'USA', share: 12 },
      { kind: 'next', area: 'MMR', share: 8 },
      { kind: 'club-rest', area: '', share: 2 },
      { kind: 'rest', area: '', share: 18 },
    ]);
  });

  it('never exceeds the whole where rounded shares add up to more', () => {
    const bar = pieces(line('mine', [held('CHN', 70), held('MMR', 30), held('AUS', 5)], 0), isMember);
    expect(bar.reduce((sum, piece) => sum + piece.share, 0)).toBeCloseTo(100, 9);
    expect(bar.some((piece) => piece.kind === 'rest')).toBe(false);
  });
});

const stagesOf = (lines: readonly StageLine[]): string[] => lines.map((one) => one.stage);

describe('the story', () => {
  it('finds the peak, the leader and the club’s best stage', () => {
    const told = story([
      line('mine', [held('CHN', 69)], 12),
      line('metal', [], null),
      line('separation', [held('CHN', 91)], 1),
      line('magnet', [held('JPN', 50)], 55),
    ]);
    expect(told).toMatchObject({ leader: 'CHN', silent: 1 });
    expect([told.led, told.notLed].map(stagesOf)).toEqual([['mine', 'separation'], ['magnet']]);
    expect(told.peak?.stage).toBe('separation');
    expect(told.strongest?.stage).toBe('magnet');
  });

  it('has nothing to say where nothing is published', () => {
    expect(story([line('metal', [], null)])).toMatchObject({ peak: undefined, leader: '', led: [], notLed: [], silent: 1 });
  });
});

it('leaves exports out of the story, counts sums of countries listed by themselves, and takes a sum of countries listed for the headline only where nothing else is', () => {
  const series = { measure: 'trade', commodity: 'rare_earths', stage: 'magnet', form: '', substance: '', subject: '' };
  const exported = { ...line('magnet', [held('CHN', 99)], 90), series };
  const listed = { ...line('metal', [held('MYS', 95)], 80), listed: 4 };
  const told = story([exported, listed, line('mine', [held('CHN', 69)], 12), line('alloy', [], null)]);
  expect(told).toMatchObject({ leader: 'CHN', silent: 1 });
  expect([told.led, told.notLed, told.listed, told.ledListed].map(stagesOf)).toEqual([['mine'], [], ['metal'], []]);
  expect([told.peak?.stage, told.strongest?.stage]).toEqual(['mine', 'mine']);
  expect(story([exported, listed])).toMatchObject({ peak: { stage: 'metal' }, strongest: undefined, leader: 'MYS', led: [], notLed: [], listed: [listed], ledListed: [listed] });
  expect(story([exported])).toMatchObject({ peak: undefined, led: [], silent: 0 });
});

it('names concentration by its thresholds', () => {
  expect([1000, 1001, 1800, 1801, 4999, 5000].map(concentration)).toEqual(['low', 'moderate', 'moderate', 'high', 'high', 'extreme']);
});

it('puts periods on one axis', () => {
  expect(['2023', '2023-Q3', '2023-07', 'now'].map(periodNumber)).toEqual([2023, 2023.5, 2023.5, Number.NaN]);
});
