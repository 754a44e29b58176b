/** What stands on the map for a site, and how large. */
import type { Figure, Site } from '../api/types';
import { radius } from '../charts/scales';
import { mainProcess, tonnes } from '../charts/sites';

/** A site at the stage that stands for it. */
export interface MapSite {
  readonly site: Site;
  readonly stage: string;
  readonly status: string;
  readonly capacity: Figure | null;
  /** Capacity in tonnes, for the size; absent where no loaded source gives one. */
  readonly tonnes: number | undefined;
}

/** The sites, each at a process of the wanted commodities and the stage; an empty stage is any. */
export function mapSites(sites: readonly Site[], wanted: ReadonlySet<string>, stage: string): MapSite[] {
  return sites.flatMap((site): MapSite[] => {
    const process = mainProcess(site, wanted, stage);
    return process ? [{ site, stage: process.stage, status: site.status, capacity: process.capacity, tonnes: tonnes(process.capacity) }] : [];
  });
}

/** Width under which marks are small and labels few. */
const SMALL = 600;

export function isSmall(width: number): boolean {
  return width < SMALL;
}

/** Radius of the largest mark, of the smallest with a capacity, and of those without one, pixels. */
export function markRadii(width: number): { most: number; least: number; unknown: number } {
  return isSmall(width) ? { most: 8, least: 2.5, unknown: 1.7 } : { most: 17, least: 4.4, unknown: 3.6 };
}

/** Radius of a mark by its capacity in tonnes. */
export function markRadius(capacity: number | undefined, largest: number, width: number): number {
  const { most, least, unknown } = markRadii(width);
  return capacity === undefined ? unknown : radius(capacity, largest, most, least);
}
