/** The window of the small map about a site: its projection, and what may be named in it. */
import { geoMercator, geoNaturalEarth1, geoOrthographic, geoPath, type GeoPath, type GeoProjection } from 'd3-geo';
import type { Site } from '../api/types';
import type { Shape } from '../charts/atlas';
import { placeLabels, type Box, type LabelWish } from '../charts/labels';
import { areaName } from '../vocabulary.svelte';

/** Half the side of the window, in degrees, and the radius within which the place is unsure, km; by how exactly it is known. */
const REACH: Readonly<Record<string, number>> = { site: 5, town: 6, district: 8, region: 10 };
const UNSURE: Readonly<Record<string, number>> = { town: 8, district: 30, region: 120 };
const KM_PER_DEGREE = 111.2;
/** Latitude beyond which Mercator stretches too far. */
const POLAR = 75;
/** Least part of the window, square pixels, from which a country is named. */
const NAMEABLE = 1800;

export interface MapWindow {
  readonly width: number;
  readonly height: number;
  readonly projection: GeoProjection;
  readonly path: GeoPath;
  /** Pixels in a kilometre. */
  readonly kilometre: number;
  readonly reach: number;
  /** Radius within which the place is unsure, pixels. */
  readonly unsure: number;
}

export function windowAbout(point: NonNullable<Site['point']>, width: number, height: number): MapWindow {
  const reach = REACH[point.precision] ?? REACH['district'] ?? 8;
  const scale = height / 2 / ((reach * Math.PI) / 180);
  const base = Math.abs(point.lat) > POLAR ? geoNaturalEarth1() : geoMercator();
  const projection = base
    .rotate([-point.lon, 0])
    .center([0, point.lat])
    .scale(scale * Math.cos((point.lat * Math.PI) / 180))
    .translate([width / 2, height / 2])
    .clipExtent([
      [0, 0],
      [width, height],
    ]);
  const kilometre = height / 2 / (reach * KM_PER_DEGREE);
  return { width, height, projection, path: geoPath(projection).digits(1), kilometre, reach, unsure: (UNSURE[point.precision] ?? 0) * kilometre };
}

/** A name in the window. */
export interface WindowName extends Box {
  readonly key: string;
  readonly text: string;
  readonly kind: 'main' | 'site' | 'country';
}

export interface NamedSite {
  readonly site: Site;
  readonly x: number;
  readonly y: number;
}

/** Names of the site, of its neighbours and of the countries in sight, in this order of importance. */
export function windowNames(view: MapWindow, here: NamedSite, near: readonly NamedSite[], land: readonly Shape[], taken: readonly Box[]): WindowName[] {
  const frame: Box = { x: 4, y: 4, width: view.width - 8, height: view.height - 8 };
  const obstacles: Box[] = [...taken, { x: here.x - 9, y: here.y - 9, width: 18, height: 18 }, ...near.map((one) => ({ x: one.x - 5, y: one.y - 5, width: 10, height: 10 }))];
  const named = new Map<string, Pick<WindowName, 'text' | 'kind'>>();
  const wish = (key: string, text: string, kind: WindowName['kind'], place: Omit<LabelWish, 'key' | 'width'>, letter: number): LabelWish => {
    named.set(key, { text, kind });
    return { key, width: text.length * letter, ...place };
  };
  const wishes = [
    wish(here.site.site, here.site.name, 'main', { x: here.x, y: here.y, away: [12], height: 16 }, 7.2),
    ...near.map((one) => wish(one.site.site, one.site.name, 'site', { x: one.x, y: one.y, away: [7], height: 13 }, 6)),
    ...land
      .filter((shape) => shape.iso3 !== '' && view.path.area(shape.feature) > NAMEABLE)
      .map((shape) => {
        const [x, y] = view.path.centroid(shape.feature);
        return wish(`country ${shape.name}`, areaName(shape.iso3), 'country', { x, y, away: [-7, 12, 30, 50], height: 14 }, 7.6);
      }),
  ];
  return placeLabels(wishes, obstacles, frame).map((box) => ({ ...box, ...(named.get(box.key) as Pick<WindowName, 'text' | 'kind'>) }));
}

/** The globe as seen from above a point, as a path; points that fall on one pixel are drawn once. */
export function globe(point: NonNullable<Site['point']>, land: readonly Shape[], radius: number): string {
  const projection = geoOrthographic().rotate([-point.lon, -point.lat]).scale(radius).translate([0, 0]);
  const path = geoPath(projection).digits(0);
  return land.map((shape) => (path(shape.feature) ?? '').replace(/(L-?\d+,-?\d+)(?:\1)+/g, '$1')).join('');
}
