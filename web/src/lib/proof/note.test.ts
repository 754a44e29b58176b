import { describe, expect, it } from 'vitest';
import { parseCheckpoint, parseLogKey, verifyCheckpoint } from './note';
import { leafOf, newKeys, signedCheckpoint, vkeyOf } from './vectors.testkit';

const leaves = [0, 1, 2, 3, 4].map((n) => leafOf(Buffer.from(`entry ${n}`)));
const name = 'log.fra.example';

describe('checkpoints', () => {
  it('verify under the key of their log', async () => {
    const keys = newKeys();
    const checkpoint = parseCheckpoint(signedCheckpoint(name, keys, leaves));
    expect(checkpoint).toMatchObject({ origin: name, size: 5 });
    expect(await verifyCheckpoint(checkpoint, await parseLogKey(vkeyOf(name, keys).vkey))).toBe(true);
  });

  it('verify with other signatures and extension lines around', async () => {
    const keys = newKeys();
    const note = signedCheckpoint(name, keys, leaves) + `\u2014 witness.example ${Buffer.alloc(76, 7).toString('base64')}\n`;
    expect(await verifyCheckpoint(parseCheckpoint(note), await parseLogKey(vkeyOf(name, keys).vkey))).toBe(true);
  });

  it('do not verify with another size, another root, another key or another log’s name', async () => {
    const keys = newKeys();
    const note = signedCheckpoint(name, keys, leaves);
    const key = await parseLogKey(vkeyOf(name, keys).vkey);
    const other = signedCheckpoint(name, keys, leaves.slice(1)).split('\n')[2] ?? '';
    expect(await verifyCheckpoint(parseCheckpoint(note.replace('\n5\n', '\n6\n')), key)).toBe(false);
    expect(await verifyCheckpoint(parseCheckpoint(note.replace(/\n[^\n]{44}\n/, `\n${other}\n`)), key)).toBe(false);
    expect(await verifyCheckpoint(parseCheckpoint(note), await parseLogKey(vkeyOf(name, newKeys()).vkey))).toBe(false);
    expect(await verifyCheckpoint(parseCheckpoint(note), await parseLogKey(vkeyOf('log.deu.example', keys).vkey))).toBe(false);
  });

  it('are refused where they are malformed', () => {
    const note = signedCheckpoint(name, newKeys(), leaves);
    for (const bad of ['', note.slice(0, -1), note.replace('\n5\n', '\n05\n'), note.replace('\n5\n', '\nfive\n'), note.replace('\u2014', '-')]) {
      expect(() => parseCheckpoint(bad)).toThrow();
    }
  });
});

describe('verification keys', () => {
  it('are refused where the id is not that of name and key', async () => {
    const { vkey } = vkeyOf(name, newKeys());
    await expect(parseLogKey(vkey.replace('log.fra', 'log.deu'))).rejects.toThrow(/id/);
    await expect(parseLogKey('nonsense')).rejects.toThrow(/verification key/);
  });
});
