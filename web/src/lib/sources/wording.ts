/**
 * Sources speak English: names stay as they are, the words around them are told in the reader's language where the
 * catalogue knows them, and the rest is marked as English, so that a screen reader reads it rightly.
 */
import { catalogue } from '../i18n/catalogue';
import { formatDecimal } from '../format';
import { language, t, type Language, type MessageKey } from '../i18n/index.svelte';

/** Words with the language they are in. */
export interface Spoken {
  readonly text: string;
  readonly lang: Language;
}

interface Pattern {
  readonly key: MessageKey;
  readonly form: RegExp;
}

/** Namespaces whose English texts are patterns. */
type Known = 'source' | 'fact' | 'subject' | 'note';

/** The English texts of a namespace as patterns: `after {who}` knows `after Reuters`. */
function patterns(namespace: Known): Pattern[] {
  return Object.entries(catalogue[namespace].en).map(([key, message]) => {
    const form = message.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{(\w+)\}/g, '(?<$1>.+?)');
    return { key: `${namespace}.${key}` as MessageKey, form: new RegExp(`^${form}$`) };
  });
}

const known = { source: patterns('source'), fact: patterns('fact'), subject: patterns('subject'), note: patterns('note') };

/** A clause in the reader's language; nothing where the catalogue does not know it. */
function told(clause: string, namespace: Known): string | undefined {
  const plain = clause.replaceAll("'", '’');
  for (const { key, form } of known[namespace]) {
    const found = form.exec(plain)?.groups;
    if (!form.test(plain)) continue;
    const values = { ...found };
    if (values['what']) values['what'] = told(values['what'], 'fact') ?? values['what'];
    if (values['purity']) values['purity'] = formatDecimal(values['purity'], 20);
    for (const name of ['commit', 'other']) if (values[name] === 'not noted') values[name] = t('source.not_noted');
    for (const name of ['way', 'where']) values[name] = values[name]?.replace('(commit not noted)', `(commit ${t('source.not_noted')})`) ?? '';
    return t(key, values);
  }
  return undefined;
}

/** A line of a source, clause by clause. */
export function spoken(line: string): Spoken[] {
  if (line === '' || language() === 'en') return [{ text: line, lang: 'en' }];
  const parts: { text: string; lang: Language }[] = [];
  for (const [index, clause] of line.split('; ').entries()) {
    const own = told(clause, 'source');
    const text = (index > 0 ? '\u00a0; ' : '') + (own ?? clause);
    const lang = own === undefined ? 'en' : language();
    const last = parts.at(-1);
    if (last?.lang === lang) last.text += text;
    else parts.push({ text, lang });
  }
  return parts;
}

/** The note of a figure or of a process, clause by clause. */
export function noteWords(note: string): Spoken[] {
  if (note === '' || language() === 'en') return [{ text: note, lang: 'en' }];
  const parts: { text: string; lang: Language }[] = [];
  const add = (text: string, lang: Language): void => {
    const last = parts.at(-1);
    if (last?.lang === lang) last.text += text;
    else parts.push({ text, lang });
  };
  // A clause ends at a semicolon, or at the end of its sentence.
  for (const piece of note.split(/(; |(?<=\.) )/)) {
    if (piece === '; ' || piece === ' ') add(piece === ' ' ? ' ' : '\u00a0; ', parts.at(-1)?.lang ?? language());
    else if (piece !== '') {
      const own = told(piece, 'note');
      add(own ?? piece, own === undefined ? 'en' : language());
    }
  }
  return parts;
}

/** What a figure is about beside its mineral and form, in the reader's language; names stay as they are. */
export function subjectWords(subject: string): string {
  if (language() === 'en') return subject;
  return subject
    .split(', ')
    .map((clause) => told(clause, 'subject') ?? clause)
    .join(', ');
}

/** Names, which are in English whoever reads. */
export function named(text: string): Spoken[] {
  return [{ text, lang: 'en' }];
}

/** The words alone, for pictures and tables. */
export function wording(parts: readonly Spoken[]): string {
  return parts.map((part) => part.text).join('');
}
