/** The world as a map draws it: its countries in one projection, which fits the width there is. */
import { geoNaturalEarth1, geoPath, type GeoPath, type GeoProjection } from 'd3-geo';
import { vocabulary } from '../vocabulary.svelte';
import { loadAtlas, numericCodes, shapes, type Shape } from './atlas';

/** Height of the drawing for its width. */
const RATIO = 0.525;

/** A country's outline in the drawing. */
export interface Outline {
  readonly name: string;
  /** ISO 3166 alpha-3, or empty. */
  readonly iso3: string;
  readonly d: string;
}

export interface World {
  readonly height: number;
  readonly projection: GeoProjection;
  readonly path: GeoPath;
  /** Empty until the atlas is here. */
  readonly outlines: readonly Outline[];
  /** Outline of the globe. */
  readonly sphere: string;
}

/** Draws the world at a width; call it while a component initialises. `onerror` hears where the atlas cannot be had. */
export function drawnWorld(width: () => number, onerror: (error: unknown) => void): World {
  let found = $state.raw<Shape[]>([]);
  loadAtlas().then(
    (topology) => (found = shapes(topology, numericCodes(vocabulary()?.countries ?? []))),
    (error: unknown) => onerror(error),
  );
  const height = $derived(Math.round(width() * RATIO));
  const projection = $derived(
    geoNaturalEarth1().fitExtent(
      [
        [1, 1],
        [width() - 1, height - 1],
      ],
      { type: 'Sphere' },
    ),
  );
  const path = $derived(geoPath(projection).digits(1));
  // The outlines are costly and change only with the width.
  const outlines = $derived(found.map(({ name, iso3, feature }) => ({ name, iso3, d: path(feature) ?? '' })));
  const sphere = $derived(path({ type: 'Sphere' }) ?? '');
  return {
    get height() {
      return height;
    },
    get projection() {
      return projection;
    },
    get path() {
      return path;
    },
    get outlines() {
      return outlines;
    },
    get sphere() {
      return sphere;
    },
  };
}
