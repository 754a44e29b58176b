/** The charter that this browser met first: trust on first use, for want of anything better than the node's word. */

/** Where the first charter's id is kept; a store may refuse (private windows), and then nothing is remembered. */
const NAME = 'didymium.charter';

export type Trust = 'first' | 'same' | 'changed' | 'forgotten';

export function remembered(): string | null {
  try {
    return localStorage.getItem(NAME);
  } catch {
    return null;
  }
}

export function remember(id: string): boolean {
  try {
    localStorage.setItem(NAME, id);
    return true;
  } catch {
    return false;
  }
}

/** How a charter stands to the remembered one; the very first is remembered. */
export function meet(id: string): Trust {
  const known = remembered();
  if (known === null) return remember(id) ? 'first' : 'forgotten';
  return known === id ? 'same' : 'changed';
}
