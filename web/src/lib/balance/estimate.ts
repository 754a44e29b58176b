/** An estimate as a figure of a chart or a table, and in words. */
import type { Estimate, Figure } from '../api/types';
import { formatDecimal } from '../format';
import { t, type MessageKey } from '../i18n/index.svelte';
import { alone, deviationOf, type Shown } from './ledger';
import { decimalsOf, stepOf, toStep } from './rounding';

export function numberText({ value, decimals }: Shown): string {
  return formatDecimal(value, decimals, decimals);
}

/** `392,000 ± 33,000`, or that nobody can know. */
export function estimateText(estimate: Estimate, as: Shown | undefined = alone(estimate)): string {
  const deviation = deviationOf(estimate);
  if (!as || !deviation) return t('balance.unknown');
  return `${numberText(as)} ± ${numberText(deviation)}`;
}

/** Its ends of 95 in 100, as text. */
export function intervalText(estimate: Estimate): string {
  if (estimate.low === null || estimate.high === null || estimate.deviation === null) return '';
  const step = stepOf(Number(estimate.value), Number(estimate.deviation));
  const text = (end: string): string => formatDecimal(toStep(Number(end), step), decimalsOf(step));
  return t('balance.interval', { low: text(estimate.low), high: text(estimate.high) });
}

export function gradeWords(grade: string): string {
  return t(`balance.grade_${grade}` as MessageKey);
}

/** The estimate as a figure: what tables and charts show, and what opens it. */
export function figureOf(estimate: Estimate, period: string, substance = ''): Figure {
  return { value: estimate.value, unit: 't', substance: substance || null, period, basis: 'derived', qualifier: '', figure: estimate.figure, sources: 0, spread: null, source: '' };
}
