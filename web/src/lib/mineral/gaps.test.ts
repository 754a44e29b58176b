import { describe, expect, it } from 'vitest';
import type { Figure, Series } from '../api/types';
import { gapMarks, gapsOf, missingIn, segmentsOf } from './gaps';

const figure = (value: string | null): Figure | null =>
  value === null ? null : { value, unit: 't', substance: '', period: '', basis: 'reported', qualifier: '', figure: '', sources: 1, spread: null, source: '' };

function series(areas: Record<string, (string | null)[]>, listed: (number | null)[]): Series {
  const lines = Object.entries(areas).map(([area, values]) => ({ area, figures: values.map(figure) }));
  const key = { measure: 'production', commodity: 'x', stage: 'refining', form: '', substance: '', subject: '' };
  return { key, unit: 't', periods: listed.map((_, index) => String(1996 + index)), areas: lines, world: [], hhi: [], largest_share: [], listed, left_out: listed.map(() => null), editions: [], sources: [] };
}

describe('gaps', () => {
  it('names a leading country without a figure between two years', () => {
    const gaps = gapsOf(series({ CHN: ['11', null, '14'], USA: ['18', '20', '22'] }, [2, 1, 2]));
    expect(gaps).toEqual([{ area: 'CHN', periods: ['1997'], open: false, inSums: true, large: true }]);
    expect(missingIn(gaps, '1997')).toEqual(['CHN']);
    expect(missingIn(gaps, '1998')).toEqual([]);
  });

  it('tells where figures end, and not where they have not begun', () => {
    expect(gapsOf(series({ BEL: ['9', '9', null], USA: [null, '5', '5'] }, [null, null, null]))).toEqual([{ area: 'BEL', periods: ['1998'], open: true, inSums: false, large: true }]);
  });

  it('cuts what is drawn where a leading country is missing', () => {
    const one = series({ CHN: ['11', '12', null, '14', '15'], USA: ['18', '20', '22', '21', '20'] }, [2, 2, 1, 2, 2]);
    expect(segmentsOf(one.periods, gapsOf(one))).toEqual([0, 0, 1, 2, 2]);
    const ended = series({ BEL: ['9', '9', null, null], USA: [null, '5', '5', '5'] }, [null, null, null, null]);
    expect(segmentsOf(ended.periods, gapsOf(ended))).toEqual([0, 0, 1, 1]);
  });

  it('draws through where a small country is missing, and tells of it all the same', () => {
    const one = series({ CHN: ['270', '300', '300', '839'], KAZ: ['16', null, null, null], KOR: ['7', '2', '1', null] }, [3, 2, 2, null]);
    const gaps = gapsOf(one);
    expect(gaps.map((gap) => [gap.area, gap.periods[0], gap.large])).toEqual([['KAZ', '1997', false], ['KOR', '1999', false]]);
    expect(segmentsOf(one.periods, gaps)).toEqual([0, 0, 0, 0]);
    expect(gapMarks(gaps, [new Date(0), new Date()])).toEqual([]);
    expect(missingIn(gaps, '1999')).toEqual(['KAZ', 'KOR']);
  });

  it('does not name the small, nor what is no country', () => {
    expect(gapsOf(series({ A: ['9', '9', '9'], B: ['8', '8', '8'], C: ['7', '7', '7'], D: ['1', null, '1'], OTH: ['50', null, '50'] }, [4, 3, 4]))).toEqual([]);
  });
});
