/**
 * Sources speak English: names stay as they are, the words around them are told in the reader's language where the
 * catalogue knows them, and the rest is marked as English, so that a screen reader reads it rightly.
 */
import { catalogue } from '../i18n/catalogue';
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

/** The English texts of a namespace as patterns: `after {who}` knows `after Reuters`. */
function patterns(namespace: 'source' | 'fact'): Pattern[] {
  return Object.entries(catalogue[namespace].en).map(([key, message]) => {
    const form = message.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{(\w+)\}/g, '(?<$1>.+?)');
    return { key: `${namespace}.${key}` as MessageKey, form: new RegExp(`^${form}$`) };
  });
}

const known = { source: patterns('source'), fact: patterns('fact') };

/** A clause in the reader's language; nothing where the catalogue does not know it. */
function told(clause: string, namespace: 'source' | 'fact'): string | undefined {
  const plain = clause.replaceAll("'", '’');
  for (const { key, form } of known[namespace]) {
    const found = form.exec(plain)?.groups;
    if (!form.test(plain)) continue;
    const values = { ...found };
    if (values['what']) values['what'] = told(values['what'], 'fact') ?? values['what'];
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

/** Names, which are in English whoever reads. */
export function named(text: string): Spoken[] {
  return [{ text, lang: 'en' }];
}

/** The words alone, for pictures and tables. */
export function wording(parts: readonly Spoken[]): string {
  return parts.map((part) => part.text).join('');
}
