import type { SeriesKey } from './api/types';
import { subjectWords } from './sources/wording';
import { t } from './i18n/index.svelte';
import { areaName, label } from './vocabulary.svelte';

/** What a series counts, in words: `Production · Rare earths · Mining (ore)`. */
export function seriesText(key: SeriesKey): string {
  const parts = key.measure ? [label('measures', key.measure)] : [];
  if (key.commodity) parts.push(label('commodities', key.commodity));
  const form = key.form ? label('forms', key.form).toLocaleLowerCase() : '';
  if (key.stage) parts.push(form ? `${label('stages', key.stage)} (${form})` : label('stages', key.stage));
  else if (form) parts.push(form);
  if (key.subject) parts.push(key.measure === 'trade' ? `HS ${key.subject}` : subjectWords(key.subject));
  return parts.join(' · ');
}

/** A stage, with what its figures are of where that is not the mineral of the page, or not production: `Separation, magnet rare earths (Nd, Pr, Dy, Tb)`. */
export function stageText(stage: string, series: SeriesKey | null, commodity: string): string {
  const name = label('stages', stage);
  // The exports of a customs code are not what the stage produces.
  if (series?.measure === 'trade') return `${name}, ${t('overview.exports_of', { hs: series.subject })}`;
  return series && series.commodity && series.commodity !== commodity ? `${name}, ${lower(label('commodities', series.commodity))}` : name;
}

/** A term within a sentence: only its first letter changes, symbols stay. */
export function lower(text: string): string {
  return text.charAt(0).toLocaleLowerCase() + text.slice(1);
}

/** Country, or exporter and importer. */
export function placeText(area: string, partner: string): string {
  return partner ? `${areaName(area)} → ${areaName(partner)}` : areaName(area);
}
