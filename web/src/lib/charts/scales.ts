/** Scales that several charts share: areas of circles, classes of shares, round numbers for legends. */

/** Lower bounds, in percent, of the classes that shade a map; each class ends where the next begins. */
export const SHARE_CLASSES = [0, 1, 5, 10, 25, 50] as const;

/** Class of a share in percent (0 … 5), or -1 where there is none or it is nought. */
export function shareClass(percent: number | undefined): number {
  if (percent === undefined || !(percent > 0)) return -1;
  let found = 0;
  SHARE_CLASSES.forEach((bound, index) => {
    if (percent >= bound) found = index;
  });
  return found;
}

/** Radius whose circle's *area* is proportional to the value; never smaller than `least`. */
export function radius(value: number, largest: number, most: number, least: number): number {
  if (!(value > 0) || !(largest > 0)) return least;
  return Math.max(least, Math.sqrt(Math.min(1, value / largest)) * most);
}

/** Largest of 1, 2, 5 × 10ⁿ that is not above the value. */
export function roundDown(value: number): number {
  if (!(value > 0)) return 0;
  const power = 10 ** Math.floor(Math.log10(value) + 1e-12);
  const lead = value / power;
  return (lead >= 5 ? 5 : lead >= 2 ? 2 : 1) * power;
}

/** Up to three round values for a size legend, largest first, each a tenth or less of the one before. */
export function legendSizes(largest: number): number[] {
  const first = roundDown(largest);
  if (first === 0) return [];
  return [first, roundDown(first / 10), roundDown(first / 100)];
}

/** A decimal string as a number for drawing; `undefined` where it is absent or not a number. */
export function asNumber(value: string | null | undefined): number | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}
