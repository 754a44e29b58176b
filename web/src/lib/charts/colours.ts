/** One colour for one country, in every chart. */

/** Number of categorical colours of the theme. */
export const SLOTS = 8;

/**
 * Countries that lead some stage of some chain keep a slot of the palette of their own. Two that share a slot hardly
 * ever stand in one chart; where they do, the later one takes a free slot.
 */
const HOME: Record<string, number> = {
  CHN: 2,
  USA: 1,
  AUS: 3,
  MMR: 4,
  COD: 4,
  IDN: 5,
  RUS: 7,
  IND: 8,
  CHL: 6,
  JPN: 6,
  CAN: 8,
  ARG: 5,
  BRA: 5,
  MYS: 5,
  VNM: 8,
  THA: 6,
  DEU: 5,
  MOZ: 6,
  FIN: 3,
  PHL: 7,
  NCL: 8,
};

/** Slot of each area, in the order given (largest first); 0, the neutral colour, where the palette is used up. */
export function areaSlots(areas: readonly string[]): Map<string, number> {
  const slots = new Map<string, number>();
  const free = new Set(Array.from({ length: SLOTS }, (_, index) => index + 1));
  const wanted = areas.filter((area) => /^[A-Z]{3}$/.test(area) && !AGGREGATES.has(area));
  const later: string[] = [];
  for (const area of wanted) {
    const home = HOME[area];
    if (home !== undefined && free.delete(home)) slots.set(area, home);
    else later.push(area);
  }
  for (const area of later) {
    if (slots.has(area)) continue;
    const [next] = free;
    if (next === undefined) slots.set(area, 0);
    else {
      free.delete(next);
      slots.set(area, next);
    }
  }
  for (const area of areas) if (!slots.has(area)) slots.set(area, 0);
  return slots;
}

/** Areas that are no country. */
export const AGGREGATES: ReadonlySet<string> = new Set(['WLD', 'OTH', 'ROW', 'EU']);

/** The colour of a slot that {@link areaSlots} gave. */
export function areaColour(slots: ReadonlyMap<string, number>, area: string): string {
  const slot = slots.get(area) ?? 0;
  return slot === 0 ? 'var(--series-rest)' : `var(--series-${slot})`;
}
