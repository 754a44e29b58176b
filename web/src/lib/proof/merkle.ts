import { concat, sha256, type Bytes } from './bytes';

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** Leaf hash of RFC 9162: SHA-256(0x00 ‖ entry). */
export function leafHash(entry: Bytes): Promise<Bytes> {
  return sha256(concat(LEAF, entry));
}

function nodeHash(left: Bytes, right: Bytes): Promise<Bytes> {
  return sha256(concat(NODE, left, right));
}

/**
 * The root that an inclusion path leads to (RFC 9162 §2.1.3.2). Throws where the path is too long or too short for a
 * leaf at `index` of a tree of `size`.
 */
export async function rootFromPath(leaf: Bytes, index: number, size: number, path: readonly Bytes[]): Promise<Bytes> {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) {
    throw new Error('the index lies outside the tree');
  }
  let first = index;
  let second = size - 1;
  let root = leaf;
  for (const sibling of path) {
    if (second === 0) throw new Error('the path is too long');
    if (first % 2 === 1 || first === second) {
      root = await nodeHash(sibling, root);
      while (first % 2 === 0 && first !== 0) {
        first = Math.floor(first / 2);
        second = Math.floor(second / 2);
      }
    } else {
      root = await nodeHash(root, sibling);
    }
    first = Math.floor(first / 2);
    second = Math.floor(second / 2);
  }
  if (second !== 0) throw new Error('the path is too short');
  return root;
}
