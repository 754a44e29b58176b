/** What the columns and parts of a flow are called. */
import type { FlowColumn, Flows } from '../api/types';
import { seriesFigure } from '../counted';
import { formatPeriod } from '../format';
import { t } from '../i18n/index.svelte';
import { areaName, label } from '../vocabulary.svelte';

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

/** What a share in the column is a share of. */
export function columnWhole(column: FlowColumn | undefined): string {
  if (!column) return '';
  const stage = label('stages', column.stage);
  return isTrade(column) ? t('flow.trade_of', { what: stage }) : stage;
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
