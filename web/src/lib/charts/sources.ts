/** The editions behind a chart, in words: for its caption, its picture and its table. */
import type { Source } from '../api/types';
import { named, spoken, wording, type Spoken } from '../sources/wording';

/** An edition by its name: title, and the edition where the title does not say it. */
export function editionName(source: Source): string {
  return !source.edition || source.title.includes(source.edition) ? source.title : `${source.title}, ${source.edition}`;
}

/**
 * What is said of each of some editions: the line that its publisher asks for, with its name where the line says neither
 * title nor edition. A line that several editions share is told with the first of them only.
 */
export function editionWords(sources: readonly Source[]): Spoken[][] {
  const said = new Set<string>();
  const each = new Map(sources.map((source) => [source.source, source]));
  return [...each.values()].map((source) => {
    const name = editionName(source);
    const line = source.attribution;
    if (!line || said.has(line)) return named(name);
    said.add(line);
    const says = line.includes(source.title) || (source.edition !== '' && line.includes(source.edition));
    return says ? spoken(line) : [...named(`${name} (`), ...spoken(line), ...named(')')];
  });
}

/** All editions in one line. */
export function sourceLine(sources: readonly Source[]): string {
  return editionWords(sources).map(wording).join(' · ');
}

/**
 * The editions of a row of a saved table, each with its key, so that the row stands on its own; of all where the row
 * names none. A key that the answer does not explain stands alone.
 */
export function rowSource(sources: readonly Source[], keys: readonly string[], also = ''): string {
  if (keys.length === 0) return [sourceLine(sources), also].filter(Boolean).join(' · ');
  return keys
    .map((key) => {
      const source = sources.find((one) => one.source === key);
      return source ? `${wording(editionWords([source])[0] ?? [])} [${key}]` : key;
    })
    .join(' · ');
}

/** What a publication is called in a drawing: the publisher's letters that its key begins with. */
export function shortName(series: string): string {
  return (series.split('-')[0] ?? series).toUpperCase();
}
