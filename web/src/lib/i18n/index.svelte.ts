import { catalogue } from './catalogue';
import { interpolate, type Values } from './interpolate';
import type { Text } from '../api/types';

export type Language = 'en' | 'fr';
export const LANGUAGES: readonly Language[] = ['en', 'fr'];

type Catalogue = typeof catalogue;
/** `namespace.key`, checked by the compiler. */
export type MessageKey = {
  [N in keyof Catalogue & string]: `${N}.${keyof Catalogue[N]['en'] & string}`;
}[keyof Catalogue & string];

const STORED = 'didymium.language';

function initial(): Language {
  if (typeof document === 'undefined') return 'en';
  return document.documentElement.lang.startsWith('fr') ? 'fr' : 'en';
}

let current = $state<Language>(initial());

export function language(): Language {
  return current;
}

export function setLanguage(next: Language): void {
  current = next;
  document.documentElement.lang = next;
  try {
    localStorage.setItem(STORED, next);
  } catch {
    // Storage is refused: the choice lasts as long as the page.
  }
}

/** The message in the reader's language, its `{name}` filled in. */
export function t(key: MessageKey, values: Values = {}): string {
  const dot = key.indexOf('.');
  const namespace = catalogue[key.slice(0, dot) as keyof Catalogue];
  const messages = namespace[current] as Record<string, string>;
  const message = messages[key.slice(dot + 1)];
  if (message === undefined) return key;
  const text = interpolate(message, values, current);
  return current === 'fr' ? unbroken(text) : text;
}

/** Some names as one enumeration: `mining, refining and recycling`. */
export function list(names: readonly string[]): string {
  return new Intl.ListFormat(current, { type: 'conjunction' }).format(names);
}

/** French sets a space before these signs, at which no line may break. */
function unbroken(text: string): string {
  return text.replace(/ (?=[:;?!%»])/g, '\u00a0').replaceAll('« ', '«\u00a0');
}

/** Whether the catalogue has the key: for keys built from data (`status_` + status). */
export function has(key: string): key is MessageKey {
  const dot = key.indexOf('.');
  const namespace = (catalogue as Record<string, { en: Record<string, string> }>)[key.slice(0, dot)];
  return namespace !== undefined && key.slice(dot + 1) in namespace.en;
}

/** A text that the node sends in both languages; in the other where the reader's is empty. */
export function pick(text: Text): string {
  return current === 'fr' ? text.fr || text.en : text.en || text.fr;
}

/** The language that {@link pick} takes from a text. */
export function picked(text: Text): Language {
  if (current === 'fr') return text.fr ? 'fr' : 'en';
  return text.en ? 'en' : 'fr';
}
