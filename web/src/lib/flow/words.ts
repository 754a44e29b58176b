/** What the columns and parts of a flow are called. */
import type { FlowColumn, Flows } from '../api/types';
import { seriesFigure } from '../counted';
import { formatPeriod } from '../format';
import { t } from '../i18n/index.svelte';
import { wrap } from '../charts/picture';
import { areaName, isWider, label } from '../vocabulary.svelte';

export function isTrade(column: FlowColumn | undefined): boolean {
  return column?.kind === 'exporter' || column?.kind === 'importer';
}

/** The column's name; a pool has none. */
export function columnHead(column: FlowColumn): string {
  if (column.kind === 'pool') return '';
  if (column.kind === 'exporter') return t('flow.exporter');
  if (column.kind === 'importer') return t('flow.importer');
  return label('stages', column.stage);
}

/** What a share in the column is a share of: a stage, or the trade of a customs code, which is no stage. */
export function columnWhole(column: FlowColumn | undefined): string {
  if (!column) return '';
  return isTrade(column) ? t('flow.trade_of', { hs: column.series?.subject ?? '' }) : label('stages', column.stage);
}

/** What the trade of a flow is of, in lines of about `width` pixels: the code, its goods, and whether it holds others. */
export function tradeLines(column: FlowColumn | undefined, width: number, size: number): { head: string; goods: string[]; wider: string[] } | undefined {
  const hs = column?.series?.subject;
  if (!column?.series || !hs) return undefined;
  return {
    head: t('flow.trade_head', { hs }),
    goods: wrap(label('hs_codes', hs), width, size),
    wider: isWider(hs) ? wrap(t('flow.trade_wider'), width, size) : [],
  };
}

/** The year of the column's figures; one that stands in for another year says so. */
export function columnYear(column: FlowColumn): string {
  return column.stand_in ? t('flow.year_note', { period: formatPeriod(column.period) }) : formatPeriod(column.period);
}

/** Of a column whose shares are of a sum of countries: what it is called, and the figure that lists them. */
export function columnSum(column: FlowColumn): { text: string; of: string } | undefined {
  if (!column.listed || !column.series) return undefined;
  return { text: t('flow.head_listed', { n: column.listed }), of: seriesFigure('world', column.series, column.period) };
}

/** Names of the flow's nodes by their id. */
export function nodeNames(flows: Flows): Map<string, string> {
  return new Map(flows.nodes.map((node) => [node.id, node.area ? areaName(node.area) : t('flow.pool')]));
}
