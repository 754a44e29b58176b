import { describe, expect, it } from 'vitest';
import { agreement, fitOf, voiceName } from '../balance/voices';
import { compared, nearestFit, roundedTo, scaleOf, ticks } from './fit';

const report = { said: '1221', deviation: '231', expected: '300', expected_deviation: '96', fits_low: '-191', fits_high: '791', impossible: false, line: 'produced' as const };

describe('a report that does not fit', () => {
  it('has no interval below nought where nothing can be negative', () => {
    const all = compared(report);
    expect(all.fits).toEqual([0, 791]);
    expect(all.expectedEnds[0]).toBeCloseTo(300 - 1.96 * 96, 9);
    expect(compared({ ...report, line: 'stock_change' }).fits[0]).toBe(-191);
  });

  it('fits at no figure that can be where the others leave less than nothing', () => {
    expect(compared({ ...report, said: '0', expected: '0', fits_low: '0', fits_high: '0', impossible: true }).impossible).toBe(true);
    expect(compared(report).impossible).toBe(false);
  });

  it('would fit at the figure nearest to what is said', () => {
    expect(nearestFit(compared(report))).toBe(791);
    expect(nearestFit({ said: 500, fits: [0, 791], step: 1 })).toBe(500);
    expect(nearestFit({ said: 5, fits: [12, 791], step: 10 })).toBe(20);
    expect(nearestFit({ said: 20000, fits: [0, 18861.9], step: 100 })).toBe(18800);
    expect(nearestFit({ said: 5, fits: [12, 13], step: 10 })).toBe(12);
  });

  it('is rounded by the surer of the two deviations', () => {
    const all = compared(report);
    expect(all.step).toBe(1);
    expect(roundedTo(791.4, all)).toBe(791);
  });

  it('is drawn on a scale that holds all of it, from nought where that is near', () => {
    const [low, high] = scaleOf(compared(report));
    expect(low).toBe(0);
    expect(high).toBeGreaterThan(1221 + 1.96 * 231);
    expect(scaleOf(compared({ ...report, said: '90000', expected: '88000', fits_low: '87000', fits_high: '89000' }))[0]).toBeGreaterThan(80000);
  });

  it('has round ticks', () => {
    expect(ticks([0, 1750], 4)).toEqual([0, 500, 1000, 1500]);
    expect(ticks([5, 5], 4)).toEqual([]);
  });
});

describe('a voice', () => {
  it('is named by its publisher, a house by that of its series, else by its key', () => {
    const sources = [{ series: 'bgs-wms', publisher: 'British Geological Survey' }, { series: 'usgs-mcs', publisher: 'U.S. Geological Survey' }];
    expect(voiceName('bgs-wms', sources)).toBe('British Geological Survey');
    expect(voiceName('usgs', sources)).toBe('U.S. Geological Survey');
    expect(voiceName('nobody', sources)).toBe('nobody');
  });

  it('fits as assumed near one', () => {
    expect([0.8, 0.95, 1.05, 1.3].map(fitOf)).toEqual(['better', 'expected', 'expected', 'worse']);
  });

  it('all together agree, strain or contradict by the probability of so much disagreement', () => {
    expect([0.4, 0.03, 0.001].map(agreement)).toEqual(['agree', 'strained', 'contradict']);
  });
});
