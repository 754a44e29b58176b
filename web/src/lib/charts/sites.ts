/** Which of a site's processes stands for it in a list or on a map. */
import type { Figure, Process, Site } from '../api/types';
import { asNumber } from './scales';

/** Every status that a site may have, the liveliest first. */
export const STATUSES = ['operating', 'construction', 'development', 'planned', 'suspended', 'care_and_maintenance', 'closed', 'unknown'] as const;

/** Tonnes in one of a mass unit. */
const TONNES: Readonly<Record<string, number>> = { t: 1, kt: 1000, kg: 0.001, g: 0.000001 };

/** A mass in tonnes, for comparing sizes; `undefined` where it is none. */
export function tonnes(figure: Figure | null | undefined): number | undefined {
  const value = asNumber(figure?.value);
  const factor = figure ? TONNES[figure.unit] : undefined;
  return value === undefined || factor === undefined ? undefined : value * factor;
}

/** The processes that the filters leave, the chosen stage and commodity first; all where the filters leave none. */
export function processesOf(site: Site, commodities: ReadonlySet<string>, stage: string): Process[] {
  const fits = site.processes.filter((process) => (commodities.size === 0 || commodities.has(process.commodity)) && (!stage || process.stage === stage));
  return fits.length > 0 ? fits : site.processes;
}

/** The process that stands for the site: the one with the largest published capacity, else the first. */
export function mainProcess(site: Site, commodities: ReadonlySet<string>, stage: string): Process | undefined {
  const fits = processesOf(site, commodities, stage);
  return [...fits].sort((a, b) => (tonnes(b.capacity) ?? -1) - (tonnes(a.capacity) ?? -1))[0];
}
