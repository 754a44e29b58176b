import { afterEach, expect, it, vi } from 'vitest';
import type { Figure, Series } from '../api/types';
import { setLanguage } from '../i18n/index.svelte';
import { remarks } from './remarks';

vi.stubGlobal('document', { documentElement: { lang: 'en' } });
afterEach(() => setLanguage('en'));

const figure = (value: string | null): Figure | null =>
  value === null ? null : { value, unit: 't', substance: '', period: '', basis: 'reported', qualifier: '', figure: '', sources: 1, spread: null, source: '' };

/** China is left out of the first two years and of the fourth. */
const series: Series = {
  key: { measure: 'production', commodity: 'x', stage: 'primary', form: '', substance: '', subject: '' },
  unit: 't',
  periods: ['2009', '2010', '2011', '2012', '2013'],
  areas: [
    { area: 'CHN', figures: [null, null, '200', null, '300'].map(figure) },
    { area: 'KAZ', figures: ['19', '19', '19', '19', '19'].map(figure) },
  ],
  world: [],
  hhi: [],
  largest_share: [],
  listed: [null, null, 2, null, 2],
  left_out: ['CHN', 'CHN', null, 'CHN', null],
  editions: [],
  sources: [],
};

it('says which years have no total because the country that leads is left out, and says it once', () => {
  const said = remarks(series, []);
  expect(said.filter((one) => one.includes('CHN'))).toEqual(['For 2009–2010, 2012 the source leaves out CHN, which leads, and gives no world total: there is no total and no share.']);
  expect(said.some((one) => one.startsWith('For 2011, 2013 the source gives no world total'))).toBe(true);
  setLanguage('fr');
  expect(remarks(series, []).join(' ')).toContain('la source omet le pays dominant (CHN)');
});
