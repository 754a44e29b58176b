import { describe, expect, it } from 'vitest';
import type { Source } from '../api/types';
import { breaksOf, listedRanges } from './breaks';

function source(key: string, series: string): Source {
  return { source: key, series, edition: '', title: '', publisher: '', url: '', licence: '', attribution: '', published: '', published_basis: '', retrieved: '' };
}
const sources = [source('bgs-wms-2024', 'bgs-wms'), source('usgs-mcs-2025', 'usgs-mcs'), source('usgs-mcs-2026', 'usgs-mcs')];

describe('breaks in series', () => {
  it('finds where another publication goes on, half-way between the periods, and nothing where only the edition changes', () => {
    const found = breaksOf({ periods: ['2021', '2022', '2023', '2024'], editions: ['bgs-wms-2024', 'bgs-wms-2024', 'usgs-mcs-2025', 'usgs-mcs-2026'], sources });
    expect(found).toMatchObject([{ before: '2022', after: '2023', from: 'BGS', to: 'USGS' }]);
    expect(found[0]?.at.toISOString().slice(0, 7)).toBe('2023-01');
  });

  it('says nothing of editions that it does not know', () => {
    expect(breaksOf({ periods: ['2021', '2022'], editions: ['x', 'usgs-mcs-2025'], sources })).toEqual([]);
    expect(breaksOf({ periods: ['2021', '2022'], editions: [], sources })).toEqual([]);
  });
});

it('tells the periods of sums of those listed as ranges', () => {
  expect(listedRanges(['1994', '1995', '1996', '1997', '1998'], [3, 4, null, 7, null])).toBe('1994–1995, 1997');
  expect(listedRanges(['1994'], [null])).toBe('');
});
