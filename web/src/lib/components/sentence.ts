/** Sentences of the catalogue with figures in them that open: a place is put in, and the figure drawn there. */

const FIRST = 0xe000;

/** What stands in the text for the figure of that number (from 0). */
export function placeOf(index: number): string {
  return String.fromCharCode(FIRST + index);
}

/** The text cut at its places: words, and numbers of figures. */
export function cut(text: string): (string | number)[] {
  return text
    .split(/([\uE000-\uE0FF])/)
    .filter((part) => part !== '')
    .map((part) => (/^[\uE000-\uE0FF]$/.test(part) ? part.charCodeAt(0) - FIRST : part));
}
