/** The account of one stage: its lines in the order in which they add up. */
import type { Estimate, LineKey, PlaceBalance } from '../api/types';
import { decimalsOf, roundedTogether, stepOf, toStep, type Term } from './rounding';

/** What a line does in the account. */
export type Role = '' | '+' | '−' | '=';

/** Lines in the order of `in + produced − consumed − out − lost = change of stock`, `opening + change = closing`. */
export const LEDGER: readonly { line: LineKey; role: Role }[] = [
  { line: 'in', role: '+' },
  { line: 'produced', role: '+' },
  { line: 'consumed', role: '−' },
  { line: 'out', role: '−' },
  { line: 'lost', role: '−' },
  { line: 'stock_change', role: '=' },
  { line: 'opening', role: '+' },
  { line: 'closing', role: '=' },
];

/** Every line that can be followed over time, in the order of the account. */
export const LINES: readonly LineKey[] = ['produced', 'consumed', 'in', 'out', 'lost', 'stock_change', 'opening', 'closing'];

/** A number as it is shown. */
export interface Shown {
  readonly value: number;
  readonly decimals: number;
}

export function lineOf(balance: PlaceBalance, line: LineKey): Estimate | undefined {
  return balance.lines.find((one) => one.line === line);
}

/** Whether a line is told, and its number and deviation. */
export function told(estimate: Estimate | undefined): { value: number; deviation: number } | undefined {
  if (!estimate || estimate.value === null) return undefined;
  return { value: Number(estimate.value), deviation: Number(estimate.deviation ?? 0) };
}

/** A number alone, rounded by its own deviation. */
export function alone(estimate: Estimate | undefined): Shown | undefined {
  const known = told(estimate);
  if (!known) return undefined;
  const step = stepOf(known.value, known.deviation);
  return { value: toStep(known.value, step), decimals: decimalsOf(step) };
}

/** A deviation, to two digits. */
export function deviationOf(estimate: Estimate | undefined): Shown | undefined {
  const known = told(estimate);
  if (!known) return undefined;
  const step = stepOf(known.deviation, known.deviation);
  return { value: toStep(known.deviation, step), decimals: decimalsOf(step) };
}

/** The lines of the flows of a stage that stand in its account; a line that the place does not have is not among them. */
function flows(balance: PlaceBalance): { line: LineKey; sign: 1 | -1 }[] {
  return LEDGER.slice(0, 6)
    .map(({ line, role }) => ({ line, sign: (role === '+' ? 1 : -1) as 1 | -1 }))
    .filter(({ line }) => lineOf(balance, line));
}

/** Whether every line of the flows is told, so that the account can be added up. */
export function adds(balance: PlaceBalance): boolean {
  const lines = flows(balance);
  return lines.length > 2 && lines.every(({ line }) => told(lineOf(balance, line)));
}

/** What is shown of each line that is told: rounded together where the account adds up, else each by itself. */
export function shown(balance: PlaceBalance): ReadonlyMap<LineKey, Shown> {
  const found = new Map<LineKey, Shown>();
  for (const estimate of balance.lines) {
    const own = alone(estimate);
    if (own) found.set(estimate.line, own);
  }
  if (!adds(balance)) return found;
  const lines = flows(balance);
  const terms = lines.map<Term>(({ line, sign }) => ({ ...(told(lineOf(balance, line)) ?? { value: 0, deviation: 0 }), sign }));
  const { values, step } = roundedTogether(terms);
  lines.forEach(({ line }, index) => found.set(line, { value: values[index] ?? 0, decimals: decimalsOf(step) }));
  const opening = told(lineOf(balance, 'opening'));
  const change = found.get('stock_change');
  if (opening && change && told(lineOf(balance, 'closing'))) {
    const start = toStep(opening.value, step);
    found.set('opening', { value: start, decimals: decimalsOf(step) });
    found.set('closing', { value: toStep(start + change.value, step), decimals: decimalsOf(step) });
  }
  return found;
}
