/** What must be said beside every chart of a series: its breaks, and the years without a world total. */
import type { Series } from '../api/types';
import { formatPeriod } from '../format';
import { t } from '../i18n/index.svelte';
import { listedRanges, type Break } from './breaks';

/** The label of a break in the drawing. */
export function breakLabel(one: Break): string {
  return t('chart.break_label', { from: one.from, to: one.to });
}

/** Sentences for the caption. */
export function remarks(series: Series, breaks: readonly Break[]): string[] {
  const ranges = listedRanges(series.periods, series.listed);
  return [
    ...(ranges ? [t('mineral.listed_years', { periods: ranges })] : []),
    ...breaks.map((one) => t('chart.break_caption', { before: formatPeriod(one.before), after: formatPeriod(one.after), from: one.from, to: one.to })),
  ];
}
