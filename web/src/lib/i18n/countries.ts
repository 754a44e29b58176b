/** Names of countries within a sentence: with their article, and as owners. The vocabulary holds the bare names. */
import { language } from './index.svelte';

/** Countries whose English name takes an article. */
const THE = new Set('ARE BHS CAF COM CYM DOM FLK FRO GBR GMB MDV MHL NLD PHL SLB SYC TCA USA VGB VIR'.split(' '));

/** Countries whose French name is a plural. */
const PLURAL = new Set('ARE BHS BMU COK COM CYM FJI FLK FRO MDV MHL NLD PHL PLW SLB SYC TCA USA VGB VIR'.split(' '));
/** Those whose French name takes no article: cities and most single islands. */
const BARE = new Set('AIA ATG BHR CUB CYP DJI HKG HTI ISR MAC MCO MDG MLT MSR MUS NRU OMN SGP SMR STP TLS TON TTO TUV TWN VUT'.split(' '));
/** Those that are masculine though they end in *e*. */
const MASCULINE = new Set('BLZ KHM MEX MOZ SUR ZWE'.split(' '));

function french(code: string, name: string): 'plural' | 'bare' | 'elided' | 'feminine' | 'masculine' {
  if (PLURAL.has(code)) return 'plural';
  if (BARE.has(code)) return 'bare';
  if (/^[aeiouyéèêâîôû]/i.test(name) && !/^ye/i.test(name)) return 'elided';
  return name.endsWith('e') && !MASCULINE.has(code) ? 'feminine' : 'masculine';
}

const OWNED = { plural: 'des ', bare: 'de ', elided: 'de l’', feminine: 'de la ', masculine: 'du ' };

/** The country in an enumeration: `the United States`; French enumerations stand without articles. */
export function theCountry(code: string, name: string): string {
  return language() === 'en' && THE.has(code) ? `the ${name}` : name;
}

/** The country as owner: `Canada’s` before what it owns; `du Canada` after it. */
export function ofCountry(code: string, name: string): string {
  if (language() === 'fr') {
    const kind = french(code, name);
    return (kind === 'bare' && /^[aeiouhéèêâîôû]/i.test(name) ? 'd’' : OWNED[kind]) + name;
  }
  return `${theCountry(code, name)}${name.endsWith('s') ? '’' : '’s'}`;
}

/** The text with a capital at its start. */
export function sentenceCase(text: string): string {
  return text.charAt(0).toLocaleUpperCase(language()) + text.slice(1);
}
