/** Values of a chart that can be pointed at: by the pointer, the nearest; by the keyboard, one after another. */

/** A value with its place in the drawing, in pixels. */
export interface Pick {
  /** What it belongs to: a country, a product. */
  readonly series: string;
  readonly x: number;
  readonly y: number;
  /** For areas: top and bottom of the band at `x`. */
  readonly top?: number;
  readonly bottom?: number;
  /** First line of the card. */
  readonly title: string;
  /** Further lines. */
  readonly lines: readonly string[];
  /** Handle of the figure; absent for sums that the page made. */
  readonly figure?: string | undefined;
  /** Where it leads instead of to a provenance. */
  readonly href?: string | undefined;
}

/** Index of the value under or nearest to a point, or -1 beyond `reach` pixels. */
export function nearest(picks: readonly Pick[], x: number, y: number, reach = 40): number {
  let found = -1;
  let least = Infinity;
  picks.forEach((pick, index) => {
    const dx = Math.abs(pick.x - x);
    const inside = pick.top !== undefined && pick.bottom !== undefined && y >= pick.top && y <= pick.bottom;
    const dy = inside ? 0 : Math.abs((pick.top === undefined ? pick.y : y < pick.top ? pick.top : (pick.bottom ?? pick.y)) - y);
    const distance = Math.hypot(dx, dy);
    if (distance < least) {
      least = distance;
      found = index;
    }
  });
  return least <= reach ? found : -1;
}

/** Where an arrow key leads from the value `from` (-1: nowhere yet). Left and right stay in the series. */
export function step(picks: readonly Pick[], from: number, key: string): number {
  if (picks.length === 0) return -1;
  const current = picks[from];
  if (!current) return key === 'ArrowLeft' || key === 'End' ? lastOf(picks, 0) : firstOf(picks, 0);
  switch (key) {
    case 'ArrowRight':
      return along(picks, from, 1);
    case 'ArrowLeft':
      return along(picks, from, -1);
    case 'Home':
      return firstOf(picks, from);
    case 'End':
      return lastOf(picks, from);
    case 'ArrowUp':
      return across(picks, current, -1) ?? from;
    case 'ArrowDown':
      return across(picks, current, 1) ?? from;
    default:
      return from;
  }
}

function members(picks: readonly Pick[], series: string): number[] {
  return picks
    .map((pick, index) => ({ pick, index }))
    .filter((entry) => entry.pick.series === series)
    .sort((a, b) => a.pick.x - b.pick.x)
    .map((entry) => entry.index);
}

function along(picks: readonly Pick[], from: number, by: 1 | -1): number {
  const line = members(picks, (picks[from] as Pick).series);
  return line[line.indexOf(from) + by] ?? from;
}

function firstOf(picks: readonly Pick[], from: number): number {
  return members(picks, (picks[from] as Pick).series)[0] ?? from;
}

function lastOf(picks: readonly Pick[], from: number): number {
  return members(picks, (picks[from] as Pick).series).at(-1) ?? from;
}

/** The next series above or below at about the same x. */
function across(picks: readonly Pick[], current: Pick, by: 1 | -1): number | undefined {
  const nearestOf = new Map<string, number>();
  picks.forEach((pick, index) => {
    const held = nearestOf.get(pick.series);
    if (held === undefined || Math.abs(pick.x - current.x) < Math.abs((picks[held] as Pick).x - current.x)) nearestOf.set(pick.series, index);
  });
  const order = [...nearestOf.values()].sort((a, b) => (picks[a] as Pick).y - (picks[b] as Pick).y);
  const here = order.findIndex((index) => (picks[index] as Pick).series === current.series);
  return order[here + by];
}
