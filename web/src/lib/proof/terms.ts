/** From where to where in a member's own log its keys count, read off the versions of the charter. */
import type { CharterVersion } from './charter';

export interface KeyTerm {
  /** The key as it is written, and its public key in hex. */
  key: string;
  material: string;
  /** Size of the log from which it counts. */
  from: number;
  /** Size up to which it counts; no end if absent. */
  until?: number;
  /** Whether the end is the last good size of a revocation. */
  revoked: boolean;
}

/** Whether a statement at that index, from 0, counts under the key. */
export function holdsEntry(term: KeyTerm, index: number): boolean {
  return term.from <= index && (term.until === undefined || index < term.until);
}

/** Whether a checkpoint of that size counts under the key; both ends do, for a log that stands still. */
export function holdsSize(term: KeyTerm, size: number): boolean {
  return term.from <= size && (term.until === undefined || size <= term.until);
}

function endAt(term: KeyTerm, size: number): void {
  term.until = Math.min(term.until ?? size, size);
}

/** The terms of a member's keys on its own log, oldest first; `versions` have been verified. */
export function keyTerms(versions: readonly CharterVersion[], code: string, purpose: 'statement' | 'log'): KeyTerm[] {
  const terms: KeyTerm[] = [];
  /** The last good size of revoked keys; −1 where nothing counts. */
  const lastGood = new Map<string, number>();
  let position = 0;
  for (const { members, succession } of versions) {
    position = succession?.cut.find((head) => head.member === code)?.size ?? position;
    const holder = members.find((one) => one.member === code);
    const keys = holder?.keys[purpose] ?? [];
    for (const term of terms) {
      if (term.until === undefined && !keys.some((key) => key.material === term.material)) {
        const retired = succession?.retired.find((one) => one.member === code && one.purpose === purpose && one.material === term.material);
        endAt(term, retired?.until ?? position);
      } else if (!holder) {
        // A key that was retired with some way to go ends with its member.
        endAt(term, position);
      }
    }
    for (const key of keys) {
      if (!terms.some((term) => term.until === undefined && term.material === key.material)) terms.push({ key: key.written, material: key.material, from: position, revoked: false });
    }
    for (const one of succession?.revoked ?? []) {
      if (one.member !== code || one.purpose !== purpose) continue;
      const size = one.lastGood.find((head) => head.member === code)?.size ?? -1;
      lastGood.set(one.material, Math.min(lastGood.get(one.material) ?? size, size));
    }
  }
  return terms.filter((term) => {
    const size = lastGood.get(term.material);
    if (size === undefined) return true;
    if (size < 0) return false;
    term.revoked = term.until === undefined || size <= term.until;
    endAt(term, size);
    return term.from <= size;
  });
}
