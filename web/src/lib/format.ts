import type { Figure } from './api/types';
import { language, t } from './i18n/index.svelte';
import { unit as unitTerm, label } from './vocabulary.svelte';

/** Spread between sources, as a fraction, from which they are said to disagree. */
export const DISAGREE = 0.05;

const formats = new Map<string, Intl.NumberFormat>();

function numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = language() + JSON.stringify(options);
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(language(), options);
    formats.set(key, format);
  }
  return format;
}

/** How many decimals a figure of that unit and size deserves in running text; the drawer shows all of them. */
export function decimals(value: number, unit: string): number {
  const size = Math.abs(value);
  if (value === 0) return 0;
  if (unit === 'percent') return size >= 0.95 ? 1 : size >= 0.095 ? 2 : 3;
  if (size >= 1000) return 0;
  // An index of a few hundredths would be nought with two places.
  if (unit === 'index') return size >= 100 ? 0 : size >= 0.1 ? 2 : 4;
  if (size >= 100) return 1;
  if (size >= 1) return 2;
  return 4;
}

/** A decimal string in the language; exact, since Intl takes the string itself. What is rounded to nought has no sign. */
export function formatDecimal(value: string | number, maximumFractionDigits = 20, minimumFractionDigits = 0): string {
  const format = numberFormat({ maximumFractionDigits, minimumFractionDigits, signDisplay: 'negative' });
  return typeof value === 'number' ? format.format(value) : format.format(value as Intl.StringNumericLiteral);
}

/** A tick of an axis: millions and more are told in words, so that no margin is too narrow. */
export function axisNumber(value: number): string {
  if (Math.abs(value) < 1e6) return formatDecimal(value, 4);
  return new Intl.NumberFormat(language() === 'en' ? 'en-GB' : language(), { notation: 'compact', maximumFractionDigits: 1 }).format(value);
}

/** A number of pieces, in the language. */
export function formatCount(value: number): string {
  return formatDecimal(value, 0);
}

/** Large sums of money are told in millions or billions, in running text. */
function moneyScale(unit: string, value: string | null | undefined): { divisor: number; word: string } | undefined {
  if (unit !== 'usd' || value === null || value === undefined) return undefined;
  const size = Math.abs(Number(value));
  if (size >= 1e9) return { divisor: 1e9, word: t('shell.billion') };
  if (size >= 1e6) return { divisor: 1e6, word: t('shell.million') };
  return undefined;
}

/**
 * The number of a figure without its unit; an en dash where there is none. `alone`: no unit follows that could say
 * *million*, so money is not scaled.
 */
export function figureNumber(figure: Figure, exact = false, alone = false): string {
  if (figure.value === null) return '–';
  const value = Number(figure.value);
  const scale = exact || alone ? undefined : moneyScale(figure.unit, figure.value);
  if (scale) return formatDecimal(value / scale.divisor, value / scale.divisor >= 100 ? 0 : value / scale.divisor >= 10 ? 1 : 2);
  return formatDecimal(figure.value, exact ? 20 : decimals(value, figure.unit));
}

/**
 * The unit as it stands behind the number: `t REO`, `%`, `USD/kg`, `bn USD`; empty for an index or a count. Without a
 * `value`, or `exact`, money is not scaled.
 */
export function figureUnit(figure: Pick<Figure, 'unit' | 'substance'> & { value?: string | null }, exact = false): string {
  if (figure.unit === 'percent') return '%';
  if (figure.unit === 'index' || figure.unit === 'count') return '';
  if (figure.unit === 'days') return t('indicator.days');
  const symbol = unitTerm(figure.unit)?.symbol || figure.unit.replaceAll('_', ' ');
  const scale = exact ? undefined : moneyScale(figure.unit, figure.value);
  if (scale) return `${scale.word}\u00a0${symbol}`;
  return figure.substance ? `${symbol} ${substanceShort(figure.substance)}` : symbol;
}

/** A formula or a symbol as it is; a key that is none in words. */
function substanceShort(key: string): string {
  if (!key.includes('_') && key !== 'LREO' && key !== 'HREO') return key;
  const text = label('substances', key);
  return text.charAt(0).toLocaleLowerCase() + text.slice(1);
}

/** What stands between number and unit: nothing before the percent sign in English, a narrow space in French. */
export function unitGap(figure: Pick<Figure, 'unit'>): string {
  if (figure.unit !== 'percent') return '\u00a0';
  return language() === 'en' ? '' : '\u202f';
}

/** A share in percent that has no figure of its own, as the language writes it: `71%`, `71 %`. */
export function formatPercent(share: number, maximumFractionDigits = 1): string {
  return `${formatDecimal(share, maximumFractionDigits)}${unitGap({ unit: 'percent' })}%`;
}

/** Number and unit as plain text: for charts, titles and exports. */
export function figureText(figure: Figure, exact = false): string {
  if (figure.value === null) return '–';
  const unit = figureUnit(figure, exact);
  return unit ? figureNumber(figure, exact) + unitGap(figure) + unit : figureNumber(figure, exact);
}

/** The unit of a figure in words, for titles. */
export function unitName(unit: string): string {
  return label('units', unit);
}

/** A period (`2023`, `2023-Q1`, `2023-04`) in the language. */
export function formatPeriod(period: string): string {
  const quarter = /^(\d{4})-Q([1-4])$/.exec(period);
  if (quarter) return language() === 'fr' ? `T${quarter[2]} ${quarter[1]}` : `Q${quarter[2]} ${quarter[1]}`;
  const month = /^(\d{4})-(\d{2})$/.exec(period);
  if (month) {
    const date = new Date(Date.UTC(Number(month[1]), Number(month[2]) - 1, 1));
    return new Intl.DateTimeFormat(language(), { month: 'short', year: 'numeric', timeZone: 'UTC' }).format(date);
  }
  return period;
}

/** A day (`2025-04-04`) or a moment (RFC 3339) in the language; other text is given back. */
export function formatDate(text: string, style: 'medium' | 'long' = 'medium'): string {
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return text;
  const date = new Date(text.length === 10 ? `${text}T00:00:00Z` : text);
  if (Number.isNaN(date.getTime())) return text;
  const options: Intl.DateTimeFormatOptions = { dateStyle: style, timeZone: 'UTC' };
  if (text.length > 10) options.timeStyle = 'short';
  return new Intl.DateTimeFormat(language() === 'en' ? 'en-GB' : language(), options).format(date);
}

/** The first characters of a long hex id. */
export function shortId(id: string, length = 12): string {
  return id.length > length ? `${id.slice(0, length)}…` : id;
}

/** A size in bytes, in the language. */
export function formatBytes(bytes: number): string {
  const octet = language() === 'fr' ? 'o' : 'B';
  if (bytes < 1000) return `${formatCount(bytes)}\u202f${octet}`;
  if (bytes < 1_000_000) return `${formatDecimal(bytes / 1000, 1)}\u202fk${octet}`;
  return `${formatDecimal(bytes / 1_000_000, 1)}\u202fM${octet}`;
}
