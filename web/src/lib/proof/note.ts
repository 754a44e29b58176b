import { concat, equal, fromBase64, sha256, toHex, utf8, verifyEd25519, type Bytes } from './bytes';

const ED25519 = 1;

/** A log's verification key: `name+id+base64(0x01 ‖ public key)` (C2SP signed-note). */
export interface LogKey {
  name: string;
  id: Bytes;
  publicKey: Bytes;
}

/** Reads a vkey and recomputes its id: SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key), first four bytes. */
export async function parseLogKey(vkey: string): Promise<LogKey> {
  const [name, idText, keyText] = split3(vkey);
  const bytes = fromBase64(keyText);
  if (bytes[0] !== ED25519 || bytes.length !== 33) throw new Error('the log’s key is not Ed25519');
  const id = (await sha256(concat(utf8(name), Uint8Array.of(10), bytes))).slice(0, 4);
  if (toHex(id) !== idText) throw new Error('the log’s key does not have the id it claims');
  return { name, id, publicKey: bytes.slice(1) };
}

/** The name and the id hold no plus sign; the base64 may. */
function split3(vkey: string): [string, string, string] {
  const match = /^([^+\s]+)\+([0-9a-f]{8})\+(.+)$/.exec(vkey);
  if (!match) throw new Error('not a verification key');
  return [match[1] ?? '', match[2] ?? '', match[3] ?? ''];
}

/** The head of a log: origin, size and root (C2SP tlog-checkpoint). */
export interface Checkpoint {
  origin: string;
  size: number;
  root: Bytes;
  /** What is signed: everything up to and with the newline before the blank line. */
  text: string;
  signatures: { name: string; blob: Bytes }[];
}

export function parseCheckpoint(note: string): Checkpoint {
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n')) throw new Error('not a signed note');
  const text = note.slice(0, end + 1);
  const [origin, sizeText, rootText] = text.split('\n');
  if (!origin || !sizeText || !/^(0|[1-9]\d*)$/.test(sizeText) || !rootText) throw new Error('not a checkpoint');
  const root = fromBase64(rootText);
  if (root.length !== 32) throw new Error('the root of the checkpoint has the wrong length');
  const signatures = note
    .slice(end + 2, -1)
    .split('\n')
    .map((line) => {
      const match = /^\u2014 (\S+) (\S+)$/.exec(line);
      if (!match) throw new Error('a signature line of the checkpoint is malformed');
      return { name: match[1] ?? '', blob: fromBase64(match[2] ?? '') };
    });
  return { origin, size: Number(sizeText), root, text, signatures };
}

/** Whether the log of this key signed the checkpoint: name and key id must match as well as the signature. */
export async function verifyCheckpoint(checkpoint: Checkpoint, key: LogKey): Promise<boolean> {
  if (checkpoint.origin !== key.name) return false;
  for (const { name, blob } of checkpoint.signatures) {
    if (name !== key.name || !equal(blob.slice(0, 4), key.id)) continue;
    return verifyEd25519(key.publicKey, blob.slice(4), utf8(checkpoint.text));
  }
  return false;
}
