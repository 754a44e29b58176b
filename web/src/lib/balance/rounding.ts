/** Numbers with a deviation, rounded as a reader can use them; the lines of an account so that they still add up. */

/** Digits of a deviation that mean anything. */
const DIGITS = 2;
/** Digits of the largest line of an account beyond which a small line does not refine the others. */
const FINEST = 5;

/** The step to which a number of that deviation is rounded: a power of ten that leaves two digits of the deviation. */
export function stepOf(value: number, deviation: number): number {
  const least = deviation > 0 ? deviation : Math.abs(value) / 100;
  if (!(least > 0)) return 1;
  return 10 ** (Math.floor(Math.log10(least)) - DIGITS + 1);
}

/** To the nearest whole number of steps, without the dust of binary fractions. */
export function toStep(value: number, step: number): number {
  const rounded = Math.round(value / step) * step;
  const clean = Number(rounded.toFixed(decimalsOf(step)));
  return clean === 0 ? 0 : clean;
}

/** Decimals that a step needs. */
export function decimalsOf(step: number): number {
  return Math.min(12, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
}

/** A line of an account: what it counts in the sum, and how uncertain it is. */
export interface Term {
  readonly value: number;
  readonly deviation: number;
  readonly sign: 1 | -1;
}

/**
 * Rounds the terms of a sum that is zero (the total stands in it with its sign) to one step, so that what is shown adds up to
 * the last digit. The term with the largest deviation takes what rounding leaves over: always far less than it is uncertain by.
 */
export function roundedTogether(terms: readonly Term[]): { values: number[]; step: number } {
  const largest = Math.max(0, ...terms.map((term) => Math.abs(term.value)));
  const finest = largest > 0 ? 10 ** (Math.floor(Math.log10(largest)) - FINEST + 1) : 0;
  const steps = terms.filter((term) => term.value !== 0 || term.deviation > 0).map((term) => stepOf(term.value, term.deviation));
  const step = Math.max(finest, Math.min(...(steps.length > 0 ? steps : [1])));
  const values = terms.map((term) => toStep(term.value, step));
  const over = terms.reduce((sum, term, index) => sum + term.sign * (values[index] ?? 0), 0);
  // An account that did not add up before is shown as it is: hiding that would be worse.
  const exact = terms.reduce((sum, term) => sum + term.sign * term.value, 0);
  if (Math.abs(exact) > step * terms.length) return { values, step };
  const widest = terms.reduce((best, term, index) => (term.deviation > (terms[best]?.deviation ?? -1) ? index : best), 0);
  const taker = terms[widest];
  if (taker && Math.abs(over) > step / 2) values[widest] = toStep((values[widest] ?? 0) - taker.sign * over, step);
  return { values, step };
}
