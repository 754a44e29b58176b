/** The key of the map. */
import type { LegendItem } from '../charts/Legend.svelte';
import { glyphPath, slotColour, stageMark } from '../charts/glyphs';
import { legendSizes, SHARE_CLASSES } from '../charts/scales';
import { formatDecimal } from '../format';
import { t } from '../i18n/index.svelte';
import { label } from '../vocabulary.svelte';
import { markRadii, markRadius } from './sites';

export interface KeyContent {
  readonly width: number;
  /** Whether countries are shaded, and by shares of how many listed countries where there is no world total. */
  readonly shaded: boolean;
  readonly listed: number | null;
  /** Stages on the map, in the order of the chain. */
  readonly stages: readonly string[];
  /** Capacity of the largest mark, tonnes; nought where none is known. */
  readonly largest: number;
}

export function mapKey({ width, shaded, listed, stages, largest }: KeyContent): LegendItem[] {
  const head = (text: string): LegendItem => ({ label: text, mark: { kind: 'heading' } });
  const items: LegendItem[] = [];
  if (shaded) {
    items.push(head(listed ? t('map.legend_share_listed') : t('map.legend_share')));
    SHARE_CLASSES.forEach((from, index) => {
      const to = SHARE_CLASSES[index + 1];
      items.push({ label: to === undefined ? `≥ ${from}\u202f%` : `${from}–${to}\u202f%`, mark: { kind: 'swatch', fill: `var(--shade-${index + 1})` } });
    });
    items.push({ label: t('map.legend_none'), mark: { kind: 'swatch', fill: 'var(--shade-0)' } });
  }
  if (stages.length === 0) return items;
  items.push(head(t('map.legend_stage')));
  for (const stage of stages) {
    const style = stageMark(stage);
    items.push({ label: label('stages', stage), mark: { kind: 'glyph', path: glyphPath(style.glyph, 5), fill: slotColour(style.slot), stroke: 'none' } });
  }
  items.push(head(t('map.legend_status')));
  const disc = glyphPath('circle', 5);
  const ink = 'var(--ink-2)';
  items.push({ label: t('map.status_solid'), mark: { kind: 'glyph', path: disc, fill: ink, stroke: ink } });
  items.push({ label: t('map.status_tint'), mark: { kind: 'glyph', path: disc, fill: ink, stroke: ink, opacity: 0.42 } });
  items.push({ label: t('map.status_hollow'), mark: { kind: 'glyph', path: disc, fill: 'none', stroke: ink } });
  items.push({ label: t('map.status_dashed'), mark: { kind: 'glyph', path: disc, fill: 'none', stroke: ink, dash: '2.2 1.6' } });
  items.push(head(t('map.legend_size')));
  for (const size of legendSizes(largest)) items.push({ label: `${formatDecimal(size)} t`, mark: { kind: 'disc', r: markRadius(size, largest, width) } });
  items.push({ label: t('map.legend_unknown'), mark: { kind: 'disc', r: markRadii(width).unknown } });
  return items;
}
