/** Moves overlapping marks apart, gently and always in the same way, so that every site of a dense region is seen. */

/** A mark with the place it stands for (`x0`, `y0`), where it is drawn (`x`, `y`) and its radius, all in pixels. */
export interface Mark {
  readonly x0: number;
  readonly y0: number;
  x: number;
  y: number;
  readonly r: number;
}

/** Turn between successive marks on one point: the golden angle, so that a pile opens evenly. */
const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));

/**
 * Relaxes the marks in place: pairs that overlap push each other apart, and each is drawn back to its own place. No
 * mark ends farther than `reach` pixels from it, so a crowd that cannot be opened stays a crowd.
 */
export function spread(marks: Mark[], reach: number, gap = 1, rounds = 80): void {
  marks.forEach((mark, index) => {
    mark.x = mark.x0 + Math.cos(index * GOLDEN_ANGLE) * 0.5;
    mark.y = mark.y0 + Math.sin(index * GOLDEN_ANGLE) * 0.5;
  });
  const largest = marks.reduce((most, mark) => Math.max(most, mark.r), 1);
  const cell = 2 * largest + gap;
  for (let round = 0; round < rounds; round++) {
    const pull = 0.06 * (1 - round / rounds);
    for (const mark of marks) {
      mark.x += (mark.x0 - mark.x) * pull;
      mark.y += (mark.y0 - mark.y) * pull;
    }
    if (!separate(marks, cell, gap) && pull < 0.01) break;
    for (const mark of marks) hold(mark, reach);
  }
}

function hold(mark: Mark, reach: number): void {
  const dx = mark.x - mark.x0;
  const dy = mark.y - mark.y0;
  const distance = Math.hypot(dx, dy);
  if (distance > reach) {
    mark.x = mark.x0 + (dx / distance) * reach;
    mark.y = mark.y0 + (dy / distance) * reach;
  }
}

/** One pass over all neighbouring pairs by a grid; tells whether any overlapped. */
function separate(marks: Mark[], cell: number, gap: number): boolean {
  const grid = new Map<string, number[]>();
  const place = (mark: Mark): [number, number] => [Math.floor(mark.x / cell), Math.floor(mark.y / cell)];
  marks.forEach((mark, index) => {
    const key = place(mark).join(':');
    const there = grid.get(key);
    if (there) there.push(index);
    else grid.set(key, [index]);
  });
  let touched = false;
  marks.forEach((mark, index) => {
    const [column, row] = place(mark);
    for (let dc = -1; dc <= 1; dc++) {
      for (let dr = -1; dr <= 1; dr++) {
        for (const other of grid.get(`${column + dc}:${row + dr}`) ?? []) {
          if (other > index && push(mark, marks[other] as Mark, gap)) touched = true;
        }
      }
    }
  });
  return touched;
}

function push(one: Mark, other: Mark, gap: number): boolean {
  let dx = other.x - one.x;
  let dy = other.y - one.y;
  const wanted = one.r + other.r + gap;
  let distance = Math.hypot(dx, dy);
  if (distance >= wanted) return false;
  if (distance < 1e-6) {
    dx = 1;
    dy = 0;
    distance = 1;
  }
  const step = wanted - Math.hypot(other.x - one.x, other.y - one.y);
  // The larger gives way less: a big circle stays where it belongs.
  const yields = other.r ** 2 / (one.r ** 2 + other.r ** 2);
  const ux = (dx / distance) * step;
  const uy = (dy / distance) * step;
  one.x -= ux * yields;
  one.y -= uy * yields;
  other.x += ux * (1 - yields);
  other.y += uy * (1 - yields);
  return true;
}
