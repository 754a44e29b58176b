/** What must be said beside every chart of a series: its breaks, and the years without a world total. */
import type { Series } from '../api/types';
import type { Counted } from '../counted';
import { formatPeriod } from '../format';
import { t } from '../i18n/index.svelte';
import { areaName, isWider, label } from '../vocabulary.svelte';
import { listedRanges, type Break } from './breaks';
import { gapsOf, missingIn, type Gap } from './gaps';

/** The label of a break in the drawing. */
export function breakLabel(one: Break): string {
  return t('chart.break_label', { from: one.from, to: one.to });
}

/** The countries that a year lacks, in the drawing and in what the pointer shows; empty if none. */
export function gapLabel(areas: readonly string[]): string {
  return areas.length > 0 ? t('mineral.gap_label', { countries: areas.map(areaName).join(', ') }) : '';
}

/** The countries that a year lacks, for the table. */
export function gapCell(gaps: readonly Gap[], period: string): string {
  return missingIn(gaps, period).map(areaName).join(', ');
}

/** How many countries a period's sum is of, for the table; nothing where there is a world total. */
export function listedCell(series: Series, index: number): Counted | null {
  const [number, world] = [series.listed[index], series.world[index]];
  return number && world ? { number, of: world.figure } : null;
}

function gapSentence(gap: Gap): string {
  const [first = '', last = first] = [gap.periods[0], gap.periods.at(-1)];
  const periods = first === last ? formatPeriod(first) : `${formatPeriod(first)}–${formatPeriod(last)}`;
  return t(gap.inSums ? 'mineral.gap_sums' : 'mineral.gap_shares', { country: areaName(gap.area), periods, n: gap.periods.length });
}

/** Sentences for the caption. */
export function remarks(series: Series, breaks: readonly Break[]): string[] {
  const ranges = listedRanges(series.periods, series.listed);
  const { measure, subject } = series.key;
  return [
    ...(measure === 'trade' ? [t('mineral.trade_note', { goods: label('hs_codes', subject) }), ...(isWider(subject) ? [t('mineral.trade_wider')] : [])] : []),
    ...(ranges ? [t('mineral.listed_years', { periods: ranges })] : []),
    ...[...new Set(series.left_out)].flatMap((area) =>
      area ? [t('mineral.left_out_years', { country: areaName(area), periods: listedRanges(series.periods, series.left_out.map((one) => (one === area ? 1 : null))) })] : [],
    ),
    ...gapsOf(series)
      .filter((gap) => !gap.periods.every((period) => series.left_out[series.periods.indexOf(period)] === gap.area))
      .map(gapSentence),
    ...breaks.map((one) => t('chart.break_caption', { before: formatPeriod(one.before), after: formatPeriod(one.after), from: one.from, to: one.to })),
  ];
}
