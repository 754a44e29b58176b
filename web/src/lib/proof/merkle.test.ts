import { describe, expect, it } from 'vitest';
import { toHex } from './bytes';
import { leafHash, rootFromPath } from './merkle';
import { auditPath, bytes, leafOf, treeHash } from './vectors.testkit';

const entries = (size: number): Buffer[] => Array.from({ length: size }, (_, n) => Buffer.from(`entry ${n}`));

describe('inclusion paths (RFC 9162)', () => {
  it('hashes a leaf as the standard says: the empty entry has a known hash', async () => {
    expect(toHex(await leafHash(new Uint8Array()))).toBe('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d');
  });

  for (let size = 1; size <= 20; size += 1) {
    it(`leads every leaf of a tree of ${size} to its root, and no other`, async () => {
      const leaves = entries(size).map(leafOf);
      const root = treeHash(leaves).toString('hex');
      for (let index = 0; index < size; index += 1) {
        const leaf = bytes(leaves[index] ?? Buffer.alloc(0));
        const path = auditPath(index, leaves).map(bytes);
        expect(toHex(await rootFromPath(leaf, index, size, path))).toBe(root);
        expect(toHex(await rootFromPath(bytes(leafOf(Buffer.from('other'))), index, size, path))).not.toBe(root);
        for (const [step, hash] of path.entries()) {
          const changed = path.map((value) => value.slice());
          const target = changed[step];
          if (target) target[0] = (hash[0] ?? 0) ^ 1;
          expect(toHex(await rootFromPath(leaf, index, size, changed))).not.toBe(root);
        }
        await expect(rootFromPath(leaf, index, size, [...path, leaf])).rejects.toThrow(/long/);
        if (path.length > 0) await expect(rootFromPath(leaf, index, size, path.slice(0, -1))).rejects.toThrow(/short/);
      }
      await expect(rootFromPath(bytes(leaves[0] ?? Buffer.alloc(0)), size, size, [])).rejects.toThrow(/outside/);
    });
  }
});
