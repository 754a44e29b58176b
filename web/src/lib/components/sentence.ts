/** Sentences of the catalogue with numbers in them that open: a place is put in, and the number drawn there. */
import type { Figure } from '../api/types';
import { isCounted, type Counted } from '../counted';
import { figureText, formatDecimal } from '../format';

const FIRST = 0xe000;

/** A number that leads to the list it is the length of. */
export interface Linked {
  readonly text: string;
  readonly href: string;
}

/** What may stand at a place. */
export type Placed = Figure | Counted | Linked | null | undefined;

/** A message with a `placeOf` for each of its numbers. */
export interface Words {
  readonly text: string;
  readonly figures: readonly Placed[];
}

/** What stands in the text for the number of that index (from 0). */
export function placeOf(index: number): string {
  return String.fromCharCode(FIRST + index);
}

/** The text cut at its places: words, and indices of numbers. */
export function cut(text: string): (string | number)[] {
  return text
    .split(/([\uE000-\uE0FF])/)
    .filter((part) => part !== '')
    .map((part) => (/^[\uE000-\uE0FF]$/.test(part) ? part.charCodeAt(0) - FIRST : part));
}

export function isLinked(placed: unknown): placed is Linked {
  return typeof placed === 'object' && placed !== null && 'href' in placed;
}

/** Sentences one after another, their places counted on. */
export function join(parts: readonly (string | Words)[]): Words {
  const figures: Placed[] = [];
  const texts = parts.flatMap((part) => {
    const words = wordsOf(part);
    const before = figures.length;
    figures.push(...words.figures);
    return words.text === '' ? [] : [cut(words.text).map((piece) => (typeof piece === 'number' ? placeOf(before + piece) : piece)).join('')];
  });
  return { text: texts.join(' '), figures };
}

export function wordsOf(words: string | Words): Words {
  return typeof words === 'string' ? { text: words, figures: [] } : words;
}

/** The sentence as it is read, for pictures and labels. */
export function plainWords(words: string | Words): string {
  const { text, figures } = wordsOf(words);
  return cut(text)
    .map((part) => {
      if (typeof part === 'string') return part;
      const placed = figures[part];
      if (!placed) return '–';
      return isLinked(placed) ? placed.text : isCounted(placed) ? formatDecimal(placed.number) : figureText(placed);
    })
    .join('');
}
