/** Evidence as text (`split-view/v1`) taken apart to be read. Nothing is verified here. */

/** Two notes that contradict each other, and the proof between them. */
export interface SplitView {
  readonly smaller: string;
  readonly larger: string;
  /** The longer log's root at the shorter one's size, then the hashes; empty for two logs of one size. */
  readonly path: readonly string[];
}

const TITLE = 'split-view/v1';

/** Takes the text apart; nothing if it does not have the form. */
export function parseSplitView(text: string): SplitView | undefined {
  const end = text.indexOf('\n\n');
  if (end < 0) return undefined;
  const [title, smaller, larger, root, ...path] = text.slice(0, end).split('\n');
  const lengths = [/^smaller (\d+)$/.exec(smaller ?? '')?.[1], /^larger (\d+)$/.exec(larger ?? '')?.[1]].map(Number);
  const [first, second] = lengths;
  if (title !== TITLE || !first || !second || (root !== undefined && !root.startsWith('root '))) return undefined;
  // Lengths count bytes, and the dash of a signature line takes three.
  const notes = new TextEncoder().encode(text.slice(end + 2));
  if (notes.length !== first + second) return undefined;
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { smaller: decode(notes.slice(0, first)), larger: decode(notes.slice(first)), path: root === undefined ? [] : [root.slice('root '.length), ...path] };
}

/** The payload of a statement of the kind `evidence`. */
export interface EvidencePayload {
  readonly member: string;
  readonly origin: string;
  readonly split_view: string;
}

export function isEvidencePayload(payload: unknown): payload is EvidencePayload {
  if (typeof payload !== 'object' || payload === null) return false;
  const { member, origin, split_view } = payload as Record<string, unknown>;
  return [member, origin, split_view].every((field) => typeof field === 'string');
}
