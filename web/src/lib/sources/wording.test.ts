import { afterEach, describe, expect, it, vi } from 'vitest';
import { readFileSync } from 'node:fs';
import { setLanguage } from '../i18n/index.svelte';
import { noteWords, spoken, subjectWords, wording } from './wording';

vi.stubGlobal('document', { documentElement: { lang: 'en' } });
afterEach(() => setLanguage('en'));

describe('words of sources', () => {
  it('leaves an English reader what the source says', () => {
    const line = 'Reuters; figures taken by way of x/y (commit 1), not from the publisher\'s own files';
    expect(spoken(line)).toEqual([{ text: line, lang: 'en' }]);
  });

  it('tells a French reader what it knows in French, and marks the rest as English', () => {
    setLanguage('fr');
    expect(spoken("CEPII, BACI V202601; top partners only; figures taken by way of x/y (commit 1), not from the publisher's own files")).toEqual([
      { text: 'CEPII, BACI V202601', lang: 'en' },
      { text: '\u00a0; principaux partenaires seulement\u00a0; chiffres repris par l’intermédiaire de x/y (commit 1), non des fichiers de l’éditeur', lang: 'fr' },
    ]);
    expect(wording(spoken("Single facts: the company's quota after A, B (as a secondary list quotes it, not opened)"))).toBe('Faits isolés\u00a0: le quota de l’entreprise d’après A, B (selon une liste de seconde main, non consulté)');
    expect(spoken('Public domain (US Government work)')).toEqual([{ text: 'Domaine public (œuvre du gouvernement des États-Unis)', lang: 'fr' }]);
    expect(spoken('CC-BY-4.0')).toEqual([{ text: 'CC-BY-4.0', lang: 'en' }]);
  });

  it('tells what a figure is about, clause by clause, and leaves names', () => {
    expect(subjectWords('oxide, year-end')).toBe('oxide, year-end');
    setLanguage('fr');
    expect(subjectWords('oxide, year-end')).toBe('oxyde, fin d’année');
    expect(subjectWords('dioxide 99.999 %, Europe')).toBe('dioxyde à 99,999 %, Europe');
    expect(subjectWords('Bayan Obo')).toBe('Bayan Obo');
    expect(wording(spoken("Stimson Center; figures taken by way of x/y (commit not noted), not from the publisher's own files"))).toContain('x/y (commit non noté)');
  });

  it('tells a note clause by clause, and leaves what it does not know in English', () => {
    const note = "world total rounded by the source; the heap of 2019; owners' shares: recalled, to be verified";
    expect(noteWords(note)).toEqual([{ text: note, lang: 'en' }]);
    setLanguage('fr');
    expect(noteWords(note)).toEqual([
      { text: 'total mondial arrondi par la source\u00a0; ', lang: 'fr' },
      { text: 'the heap of 2019\u00a0; ', lang: 'en' },
      { text: 'parts des propriétaires\u00a0: citées de mémoire, à vérifier', lang: 'fr' },
    ]);
    expect(wording(noteWords('without AUS, which the source counts here a second time. base case.'))).toBe('sans AUS, que la source compte ici une seconde fois. scénario de référence.');
  });

  it('knows the notes that stand on most rows of production', () => {
    setLanguage('fr');
    for (const [table, least] of [['production_usgs', 1], ['refining_iea', 1], ['prices_imf_monthly', 1], ['production_bgs', 0.6]] as const) {
      const rows = readFileSync(new URL(`../../../../data/${table}.csv`, import.meta.url), 'utf8').split('\n');
      const place = rows[0]?.split(',').indexOf('note') ?? -1;
      const notes = rows.slice(1).map((row) => [...row.matchAll(/(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/g)].map((cell) => cell[1] ?? cell[2] ?? '')[place] ?? '').filter(Boolean);
      const told = notes.filter((note) => noteWords(note).every((part) => part.lang === 'fr'));
      expect(notes.length, table).toBeGreaterThan(20);
      expect(told.length / notes.length, table).toBeGreaterThanOrEqual(least);
    }
  });

  it('knows nearly all that the sources of the repository say beside names', () => {
    setLanguage('fr');
    const table = readFileSync(new URL('../../../../data/sources.csv', import.meta.url), 'utf8');
    const clauses = table.split(/[;"\n]/).map((clause) => clause.trim()).filter((clause) => /^(Single facts|Recalled|figures taken|the rest of)/.test(clause));
    expect(clauses.length).toBeGreaterThan(50);
    const unknown = clauses.filter((clause) => spoken(clause).some((part) => part.lang === 'en'));
    expect(unknown.length / clauses.length, unknown.join('\n')).toBeLessThan(0.1);
  });
});
