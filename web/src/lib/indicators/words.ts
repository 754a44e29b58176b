/** Cells in words. */
import type { IndicatorCell, IndicatorFormula, Text } from '../api/types';
import { decimals, figureText, formatDecimal } from '../format';
import { pick, t } from '../i18n/index.svelte';
import { areaName } from '../vocabulary.svelte';

export type Formulas = ReadonlyMap<string, IndicatorFormula>;
export type Notes = ReadonlyMap<string, Text>;

/** What an index is called. */
export function indexName(quantity: string, formulas: Formulas): string {
  const formula = formulas.get(quantity);
  return formula ? pick(formula.name) : quantity;
}

/** What a key says. */
export function noteText(key: string, notes: Notes): string {
  const text = notes.get(key);
  return text ? pick(text) : key;
}

/** Who a cell is about. */
export function whoName(area: string): string {
  return area === '' ? t('chart.world') : areaName(area);
}

/** The standard deviation as it stands behind the value, with the decimals that the value has. */
export function deviationText(value: string | null | undefined, deviation: string | null, unit: string): string {
  if (deviation === null) return '';
  const own = Number(deviation);
  const digits = Math.min(Math.max(decimals(Number(value ?? 0), unit), decimals(own, unit)), 4);
  // A small deviation is not told to be none.
  const least = own > 0 ? Math.ceil(-Math.log10(own)) : 0;
  return `±\u202f${formatDecimal(deviation, Math.max(digits, least))}`;
}

/** The sign of a bound. */
export function boundSign(bound: string): string {
  return bound === 'at_most' ? '≤\u202f' : bound === 'at_least' ? '≥\u202f' : '';
}

/** A cell as plain text: for tips, tables and screen readers. */
export function cellText(cell: IndicatorCell, notes: Notes): string {
  if (!cell.value) return noteText(cell.missing, notes);
  const value = `${boundSign(cell.bound)}${figureText(cell.value)} ${deviationText(cell.value.value, cell.deviation, cell.value.unit)}`;
  return cell.caveat ? `${value}. ${noteText(cell.caveat, notes)}` : value;
}
