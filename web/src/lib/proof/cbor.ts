import type { Bytes } from './bytes';

/** What a statement's envelope is made of; floats and indefinite lengths do not occur in it. */
export type Cbor = number | string | Bytes | null | boolean | Cbor[] | CborMap | Tagged;
export type CborMap = Map<number | string, Cbor>;

export class Tagged {
  constructor(
    readonly tag: number,
    readonly value: Cbor,
  ) {}
}

/** Deepest nesting that is read. */
const DEPTH_MAX = 16;

class Reader {
  private at = 0;

  constructor(private readonly bytes: Bytes) {}

  get done(): boolean {
    return this.at === this.bytes.length;
  }

  private take(length: number): Bytes {
    if (length > this.bytes.length - this.at) throw new Error('CBOR ends too early');
    this.at += length;
    return this.bytes.slice(this.at - length, this.at);
  }

  /** The argument of a head, in its shortest form. */
  private argument(info: number): number {
    if (info < 24) return info;
    const width = [1, 2, 4, 8][info - 24];
    if (width === undefined) throw new Error('CBOR with an indefinite or reserved length');
    const value = this.take(width).reduce((sum, byte) => sum * 256 + byte, 0);
    const least = [24, 256, 65_536, 4_294_967_296][info - 24] ?? 0;
    if (value < least) throw new Error('CBOR number not in its shortest form');
    if (!Number.isSafeInteger(value)) throw new Error('CBOR number too large');
    return value;
  }

  read(depth = 0): Cbor {
    if (depth > DEPTH_MAX) throw new Error('CBOR nested too deep');
    const head = this.take(1)[0] ?? 0;
    const major = head >> 5;
    const info = head & 31;
    if (major === 7) return simple(info);
    const argument = this.argument(info);
    switch (major) {
      case 0:
        return argument;
      case 1:
        return -1 - argument;
      case 2:
        return this.take(argument);
      case 3:
        return new TextDecoder('utf-8', { fatal: true }).decode(this.take(argument));
      case 4: {
        const list: Cbor[] = [];
        for (let index = 0; index < argument; index += 1) list.push(this.read(depth + 1));
        return list;
      }
      case 5:
        return this.map(argument, depth);
      default:
        return new Tagged(argument, this.read(depth + 1));
    }
  }

  private map(entries: number, depth: number): CborMap {
    const map: CborMap = new Map();
    for (let index = 0; index < entries; index += 1) {
      const key = this.read(depth + 1);
      if (typeof key !== 'number' && typeof key !== 'string') throw new Error('CBOR map key is neither number nor text');
      if (map.has(key)) throw new Error('CBOR map key given twice');
      map.set(key, this.read(depth + 1));
    }
    return map;
  }
}

function simple(info: number): Cbor {
  if (info === 20) return false;
  if (info === 21) return true;
  if (info === 22) return null;
  throw new Error('CBOR float or unknown simple value');
}

/** Decodes one item that takes all the bytes. */
export function decode(bytes: Bytes): Cbor {
  const reader = new Reader(bytes);
  const value = reader.read();
  if (!reader.done) throw new Error('CBOR with bytes after its end');
  return value;
}

function head(major: number, argument: number): Bytes {
  const first = major << 5;
  if (argument < 24) return Uint8Array.of(first | argument);
  if (argument < 256) return Uint8Array.of(first | 24, argument);
  if (argument < 65_536) return Uint8Array.of(first | 25, argument >> 8, argument & 255);
  const wide = new Uint8Array(5);
  new DataView(wide.buffer).setUint32(1, argument);
  wide[0] = first | 26;
  return wide;
}

export function encodeBytes(bytes: Uint8Array): Uint8Array[] {
  return [head(2, bytes.length), bytes];
}

export function encodeText(text: string): Uint8Array[] {
  const bytes = new TextEncoder().encode(text);
  return [head(3, bytes.length), bytes];
}

export function encodeArrayHead(length: number): Uint8Array {
  return head(4, length);
}
