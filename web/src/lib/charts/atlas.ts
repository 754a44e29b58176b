/** The country shapes of world-atlas (50 m) and the codes that the API uses. */
import { feature } from 'topojson-client';
import type { Feature, FeatureCollection, Geometry } from 'geojson';
import type { GeometryCollection, Topology } from 'topojson-specification';
import atlasUrl from 'world-atlas/countries-50m.json?url';

/** A shape: its name in the atlas and, where it has one, its ISO 3166 alpha-3 code. */
export interface Shape {
  readonly name: string;
  readonly iso3: string;
  readonly feature: Feature<Geometry>;
}

interface AtlasProperties {
  name: string;
}

/**
 * Shapes without an ISO 3166 id for which the vocabulary has a user-assigned code. The others without an id (N. Cyprus,
 * Somaliland, Siachen Glacier …) stay without one: they are drawn and never shaded.
 */
const ASSIGNED: Readonly<Record<string, string>> = { Kosovo: 'XKX' };

/** Numeric id of the atlas (`"036"`) → alpha-3, from rows of `{ iso3, numeric }` whose numbers may lack leading zeros. */
export function numericCodes(rows: Iterable<{ iso3: string; numeric: string | number }>): Map<string, string> {
  const codes = new Map<string, string>();
  for (const row of rows) {
    const numeric = String(row.numeric).padStart(3, '0');
    if (/^\d{3}$/.test(numeric)) codes.set(numeric, row.iso3);
  }
  return codes;
}

/**
 * Alpha-3 of a shape; empty for those without a code. `036` stands twice in the atlas: Australia, and the Ashmore and
 * Cartier Islands, which belong to it and are shaded with it.
 */
export function shapeCode(id: string | number | undefined, name: string, codes: ReadonlyMap<string, string>): string {
  if (id === undefined) return ASSIGNED[name] ?? '';
  return codes.get(String(id).padStart(3, '0')) ?? '';
}

/** Turns the topology into shapes with codes. */
export function shapes(topology: Topology, codes: ReadonlyMap<string, string>): Shape[] {
  const countries = topology.objects['countries'] as GeometryCollection<AtlasProperties> | undefined;
  if (!countries) return [];
  const collection = feature(topology, countries) as FeatureCollection<Geometry, AtlasProperties>;
  return collection.features.map((one) => ({
    name: one.properties.name,
    iso3: shapeCode(one.id, one.properties.name, codes),
    feature: one,
  }));
}

let loading: Promise<Topology> | undefined;

/** Loads the atlas once, from this node. */
export function loadAtlas(): Promise<Topology> {
  loading ??= fetch(atlasUrl)
    .then((response) => {
      if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
      return response.json() as Promise<Topology>;
    })
    .catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
  return loading;
}
