import type { Figure, Observation, Provenance } from '../api/types';
import { sameDecimal } from './row';

/** What came of comparing the figure at the top with those below it. */
export interface Recomputed {
  /** `partial`: not every input was sent, or they do not suffice; then nothing was compared. */
  state: 'agrees' | 'differs' | 'partial';
  /** `published` is compared as it stands, `converted` after its unit was changed; `computed` is worked out anew; `counted` is compared with the number of sites. */
  how: 'published' | 'converted' | 'computed' | 'counted';
  n: number;
}

/** Half a unit of the last place that a percentage (four places), an index or a change (one place) is rounded to. */
const HALF: Record<string, number> = { share: 0.00006, 'club-share': 0.00006, 'largest-share': 0.00006, 'n-1': 0.00006, hhi: 0.06, change: 0.0501 };
/** Sums are exact decimals; this leaves room for binary arithmetic alone. */
const EXACT = 1e-9;

/** Units that the twin turns into one another, by kind. */
const KINDS: readonly Record<string, number>[] = [
  { kg: 1, g: 0.001, t: 1000, kt: 1_000_000, lb: 0.453_592_37 },
  { usd: 1, usd_thousand: 1000, usd_million: 1_000_000 },
  { usd_per_kg: 1, usd_per_t: 0.001, usd_per_lb: 2.204_622_621_848_776 },
];

/** Indices over several series, and control of sites: their formulas are not repeated in the browser. */
const NOT_REPEATED: ReadonlySet<string> = new Set(['top-3', 'hhi-governance', 'n-1-demand', 'supply-risk', 'geopolrisk', 'import-reliance', 'days-of-cover', 'membership', 'membership-supply-risk', 'control']);

const WORLD = 'WLD';
const AGGREGATES: ReadonlySet<string> = new Set([WORLD, 'OTH', 'ROW', 'EU']);

/** The observation in another unit; undefined where the units are of different kinds. */
function turned(one: Observation, unit: string): Observation | undefined {
  if (one.value.unit === unit) return one;
  const kind = KINDS.find((units) => unit in units);
  const [from, to] = [kind?.[one.value.unit], kind?.[unit]];
  if (from === undefined || to === undefined || one.value.value === null) return undefined;
  return { ...one, value: { ...one.value, value: String((Number(one.value.value) * from) / to), unit } };
}

const sum = (list: readonly Observation[]): number => list.reduce((total, one) => total + Number(one.value.value), 0);

/** Compares the figure shown with what it is said to be made of. `members` are those of the verified charter. */
export function recompute(provenance: Provenance, members: ReadonlySet<string>): Recomputed {
  const { quantity, inputs, inputs_total: total, value } = provenance;
  if (quantity === 'observation') return published(provenance);
  if (quantity === 'count') return counted(provenance);
  const sent = inputs.map((trace) => trace.observation);
  const n = sent.length;
  const partial: Recomputed = { state: 'partial', how: 'computed', n };
  if (n === 0 || n !== total || value.value === null) return partial;
  const name = nameOf(provenance);
  if (NOT_REPEATED.has(name)) return partial;
  const key = JSON.stringify(provenance.key);
  if (sent.some((one) => JSON.stringify(one.key) !== key)) return { state: 'differs', how: 'computed', n };
  const unit = HALF[name] === undefined ? value.unit : name === 'hhi' ? 'index' : 'percent';
  if (value.unit !== unit) return { state: 'differs', how: 'computed', n };
  const all = sent.flatMap((one) => turned(one, HALF[name] === undefined ? value.unit : (sent[0]?.value.unit ?? '')) ?? []);
  // Units that cannot be turned into one, or two figures for one flow, of which the twin chooses: not repeated here.
  const flows = new Set(all.map((one) => `${one.area} ${one.partner} ${one.value.period}`));
  if (all.length !== n || flows.size !== n || all.some((one) => one.value.value === null)) return partial;
  const again = compute(provenance, all, members);
  if (again === undefined) return partial;
  if (Number.isNaN(again)) return { state: 'differs', how: 'computed', n };
  const apart = Math.abs(again - Number(value.value));
  const state = apart <= (HALF[name] ?? Math.abs(again) * EXACT + EXACT) ? 'agrees' : 'differs';
  return { state, how: 'computed', n };
}

/** The quantity as the figure's own address names it. */
function nameOf({ value }: Provenance): string {
  return value.figure.split('|')[0] ?? '';
}

function published({ value, key, area, partner, inputs, inputs_total: total }: Provenance): Recomputed {
  const [trace] = inputs;
  const one = trace?.observation;
  const how = one && value.unit !== one.value.unit ? 'converted' : 'published';
  const same =
    one !== undefined &&
    inputs.length === 1 &&
    total === 1 &&
    sameAmount(value, one) &&
    (['substance', 'period', 'basis', 'qualifier', 'figure'] as const).every((field) => value[field] === one.value[field]) &&
    JSON.stringify(key) === JSON.stringify(one.key) &&
    area === one.area &&
    partner === one.partner &&
    trace?.source.source === one.source;
  return { state: same ? 'agrees' : 'differs', how, n: inputs.length };
}

/** The same decimal in the same unit, or, after a change of unit, the same number but for binary arithmetic. */
function sameAmount(value: Figure, one: Observation): boolean {
  if (value.unit === one.value.unit) return sameDecimal(value.value ?? '', one.value.value ?? '');
  const again = turned(one, value.unit);
  return again !== undefined && value.value !== null && Math.abs(Number(again.value.value) - Number(value.value)) <= Math.abs(Number(value.value)) * EXACT;
}

function counted({ value, sites, sites_total: total }: Provenance): Recomputed {
  const n = sites.length;
  if (value.value !== String(total) || n > total || new Set(sites.map((site) => site.site)).size !== n) return { state: 'differs', how: 'counted', n };
  return { state: n === total ? 'agrees' : 'partial', how: 'counted', n };
}

/** The figure worked out anew; undefined where the inputs do not suffice, NaN where they cannot be right. */
function compute(provenance: Provenance, all: readonly Observation[], members: ReadonlySet<string>): number | undefined {
  const { area, value } = provenance;
  const name = nameOf(provenance);
  if (name === 'change') return change(all, value.period);
  if (all.some((one) => one.value.period !== value.period)) return Number.NaN;
  const whole = all.filter((one) => one.area === WORLD);
  const parts = all.filter((one) => one.area !== WORLD);
  const world = whole.length > 0 ? sum(whole) : sum(parts);
  const percent = (part: number): number | undefined => (world === 0 ? undefined : (part / world) * 100);
  const of = (wanted: (one: Observation) => boolean): number => sum(parts.filter(wanted));
  const countries = [...new Set(parts.map((one) => one.area))].filter((one) => !AGGREGATES.has(one)).map((country) => of((one) => one.area === country));
  const foreign = parts.some((one) => !members.has(one.area));
  switch (name) {
    case 'world':
      return whole.length > 0 ? Number.NaN : sum(parts);
    case 'cell':
      return parts.every((one) => one.area === area) && whole.length === 0 ? sum(parts) : Number.NaN;
    case 'share':
      if (whole.length > 0 && parts.some((one) => one.area !== area)) return Number.NaN;
      return percent(of((one) => one.area === area));
    case 'club':
      return foreign || whole.length > 0 ? Number.NaN : sum(parts);
    case 'club-share':
      if (whole.length > 0 && foreign) return Number.NaN;
      return percent(of((one) => members.has(one.area)));
    case 'together':
      return together(provenance, parts, whole);
    default:
      break;
  }
  if (countries.length === 0 || world === 0) return undefined;
  const largest = (Math.max(...countries) / world) * 100;
  const again = { 'largest-share': largest, 'n-1': Math.max(0, 100 - largest), hhi: countries.reduce((total, one) => total + ((one / world) * 100) ** 2, 0) }[name];
  // Without a published total the whole may hold what the source groups as others, which is not sent: shares are smaller then.
  const less = name === 'n-1' ? Number(value.value) > (again ?? 0) : Number(value.value) < (again ?? 0);
  const near = again !== undefined && Math.abs(Number(value.value) - again) <= (HALF[name] ?? 0);
  return whole.length === 0 && less && !near ? undefined : again;
}

function together({ area, partner }: Provenance, parts: readonly Observation[], whole: readonly Observation[]): number | undefined {
  const named = new Set(area.slice(1).split(','));
  const inSet = (set: string, one: string): boolean => (set === '' ? true : set.startsWith('!') ? !set.slice(1).split(',').includes(one) : set === one);
  if (area.startsWith('!') && partner === '' && whole.length > 0) return sum(whole) - sum(parts.filter((one) => named.has(one.area)));
  if (parts.some((one) => !inSet(area, one.area) || !inSet(partner, one.partner))) return Number.NaN;
  return sum(parts);
}

function change(all: readonly Observation[], period: string): number | undefined {
  const total = (list: readonly Observation[]): number => {
    const whole = list.filter((one) => one.area === WORLD);
    return sum(whole.length > 0 ? whole : list);
  };
  const now = all.filter((one) => one.value.period === period);
  const then = all.filter((one) => one.value.period !== period);
  if (now.length === 0 || new Set(then.map((one) => one.value.period)).size !== 1) return Number.NaN;
  const before = total(then);
  return before === 0 ? undefined : ((total(now) - before) / before) * 100;
}
