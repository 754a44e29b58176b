/**
 * Places of a balance: `WLD`, a country, `CHN/bayan-obo` (a site), `CHN/rest`, `OTH` (countries that nobody names), `WLD/wind` (a use of
 * goods).
 */
import { t } from '../i18n/index.svelte';
import { areaName, label } from '../vocabulary.svelte';

export const WORLD = 'WLD';

/** The country that a place is or lies in; empty for the world and for those that nobody names. */
export function countryOf(place: string): string {
  return place === WORLD || place === 'OTH' || useOf(place) ? '' : (place.split('/')[0] ?? '');
}

/** The use of goods in the world, if the place is one. */
export function useOf(place: string): string {
  return place.startsWith(`${WORLD}/`) ? place.slice(WORLD.length + 1) : '';
}

/** The key of the site, if the place is one. */
export function siteOf(place: string): string {
  if (useOf(place)) return '';
  const site = place.split('/').slice(1).join('/');
  return site === 'rest' ? '' : site;
}

/** The name of a place; `name` is what the node calls the site. */
export function placeName(place: string, name = ''): string {
  if (place === WORLD) return t('chart.world');
  if (place === 'OTH') return t('balance.elsewhere');
  if (useOf(place)) return label('end_uses', useOf(place));
  if (place.endsWith('/rest')) return t('balance.rest_of', { country: areaName(countryOf(place)) });
  return place.includes('/') ? name || siteOf(place).replaceAll('-', ' ') : areaName(place);
}

/** The way down to a place: the world first, the place last. */
export function wayTo(place: string): string[] {
  if (place === WORLD) return [WORLD];
  return countryOf(place) !== '' && place.includes('/') ? [WORLD, countryOf(place), place] : [WORLD, place];
}

/** Whether a place can be opened further, or is a leaf. */
export function opens(place: string): boolean {
  return place !== 'OTH' && !place.endsWith('/rest');
}
