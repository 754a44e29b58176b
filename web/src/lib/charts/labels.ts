/** Labels beside marks, placed one by one where nothing is in the way; those without a place are left out. */

/** A wish for a label: text box of `width` × `height` near (x, y), kept one of `away` pixels off it. */
export interface LabelWish {
  readonly key: string;
  readonly x: number;
  readonly y: number;
  readonly away: readonly number[];
  readonly width: number;
  readonly height: number;
}

/** A rectangle. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A placed label: its box. */
export interface PlacedLabel extends Box {
  readonly key: string;
}

function meets(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** Places wishes in their order of importance, each right, left, above or below of its point, clear of the obstacles. */
export function placeLabels(wishes: readonly LabelWish[], obstacles: readonly Box[], frame: Box): PlacedLabel[] {
  const taken: Box[] = [...obstacles];
  const placed: PlacedLabel[] = [];
  for (const wish of wishes) {
    const { x, y, away, width, height } = wish;
    const candidates = away.flatMap((off): Box[] => [
      { x: x + off, y: y - height / 2, width, height },
      { x: x - off - width, y: y - height / 2, width, height },
      { x: x - width / 2, y: y - off - height, width, height },
      { x: x - width / 2, y: y + off, width, height },
    ]);
    const box = candidates.find(
      (candidate) =>
        candidate.x >= frame.x &&
        candidate.y >= frame.y &&
        candidate.x + width <= frame.x + frame.width &&
        candidate.y + height <= frame.y + frame.height &&
        !taken.some((other) => meets(candidate, other)),
    );
    if (!box) continue;
    taken.push(box);
    placed.push({ key: wish.key, ...box });
  }
  return placed;
}
