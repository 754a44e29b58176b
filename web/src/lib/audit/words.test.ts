import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AuditLog } from '../api/types';
import { ofCountry, sentenceCase, theCountry } from '../i18n/countries';
import { setLanguage } from '../i18n/index.svelte';
import { isEvidencePayload, parseSplitView } from './split-view';
import { copiesOf, formatMoment, newest } from './words';

beforeEach(() => vi.stubGlobal('document', { documentElement: { lang: 'en' } }));
afterEach(() => {
  setLanguage('en');
  vi.unstubAllGlobals();
});

describe('countries in a sentence', () => {
  it('own as their language has it', () => {
    expect([ofCountry('CAN', 'Canada'), ofCountry('USA', 'United States'), ofCountry('GBR', 'United Kingdom')]).toEqual(['Canada’s', 'the United States’', 'the United Kingdom’s']);
    setLanguage('fr');
    const owned = [['CAN', 'Canada'], ['FRA', 'France'], ['DEU', 'Allemagne'], ['ITA', 'Italie'], ['GBR', 'Royaume-Uni'], ['USA', 'États-Unis'], ['JPN', 'Japon'], ['MEX', 'Mexique'], ['CUB', 'Cuba'], ['ISR', 'Israël']] as const;
    expect(owned.map(([code, name]) => ofCountry(code, name))).toEqual(['du Canada', 'de la France', 'de l’Allemagne', 'de l’Italie', 'du Royaume-Uni', 'des États-Unis', 'du Japon', 'du Mexique', 'de Cuba', 'd’Israël']);
  });

  it('stand in a list with the English article, and without the French', () => {
    expect(theCountry('USA', 'United States')).toBe('the United States');
    setLanguage('fr');
    expect(theCountry('USA', 'États-Unis')).toBe('États-Unis');
    expect(sentenceCase('états')).toBe('États');
  });
});

describe('the cells of the table', () => {
  it('tell a moment to the second, with its day unless that is today', () => {
    expect(formatMoment('2026-03-02T09:15:27.123Z', '2026-03-02T10:00:00Z')).toBe('09:15:27');
    expect(formatMoment('2026-03-01T09:15:27Z', '2026-03-02T10:00:00Z')).toBe('1 Mar 2026, 09:15:27');
    expect(formatMoment('soon')).toBe('soon');
  });

  it('know the newest cosignature', () => {
    expect(newest([{ member: 'A', at: '2026-03-02T09:15:27Z' }, { member: 'B', at: '2026-03-02T09:15:28.5Z' }, { member: 'C', at: '2026-03-01T09:15:28Z' }])?.member).toBe('B');
    expect(newest([])).toBeUndefined();
  });

  it('count whole copies, those behind, and members that have not said', () => {
    const log = { member: 'A', copies: [{ member: 'B', size: 5, behind: 0 }, { member: 'C', size: 3, behind: 2 }] } as AuditLog;
    expect(copiesOf(log, ['A', 'B', 'C', 'D'])).toEqual({ whole: 1, behind: [log.copies[1]], silent: ['D'] });
  });
});

describe('evidence as text', () => {
  // The dash of a signature line is three bytes long.
  const [one, other] = ['log\n3\nAAAA\n\n— log one\n', 'log\n4\nBBBB\n\n— log two\n'];
  const size = (text: string): number => new TextEncoder().encode(text).length;

  it('comes apart at the lengths in bytes', () => {
    const split = `split-view/v1\nsmaller ${size(one)}\nlarger ${size(other)}\n`;
    expect(parseSplitView(`${split}\n${one}${other}`)).toEqual({ smaller: one, larger: other, path: [] });
    expect(parseSplitView(`${split}root CCCC\nDDDD\n\n${one}${other}`)?.path).toEqual(['CCCC', 'DDDD']);
  });

  it('is left whole where it does not have the form', () => {
    for (const text of ['', 'split-view/v2\nsmaller 1\nlarger 1\n\nab', 'split-view/v1\nsmaller 1\nlarger 9\n\nab', 'split-view/v1\nsmaller 1\nlarger 1\npath\n\nab']) expect(parseSplitView(text), text).toBeUndefined();
    expect(isEvidencePayload({ member: 'CAN', origin: 'o', split_view: 's' })).toBe(true);
    for (const payload of [null, 'x', { member: 'CAN' }]) expect(isEvidencePayload(payload)).toBe(false);
  });
});
