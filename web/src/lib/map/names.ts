/** The names on the map: of the leading countries, and of the sites once there is room. */
import type { GeoProjection } from 'd3-geo';
import type { CountryShare } from '../api/types';
import { placeLabels, type Box, type LabelWish } from '../charts/labels';
import { asNumber } from '../charts/scales';
import type { View } from '../charts/view';
import { formatDecimal } from '../format';
import { areaName, country } from '../vocabulary.svelte';

/** Share, in percent, from which a country is named. */
const LABELLED = 4;
/** Zoom from which sites are named, and how many at most. */
const SITES_FROM = 3;
const SITES = 60;

/** A name with its place in the window. */
export interface MapName extends Box {
  readonly key: string;
  readonly text: string;
  readonly kind: 'country' | 'site';
  /** The place that a country's name is of, and where the line to it begins; absent where the name stands beside it. */
  readonly tie?: { readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number };
}

export interface NamedMark {
  readonly key: string;
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly r: number;
}

export interface NameContent {
  readonly width: number;
  readonly height: number;
  readonly small: boolean;
  readonly view: View;
  readonly projection: GeoProjection;
  /** Largest first. */
  readonly shares: readonly CountryShare[];
  /** Marks within the window, the largest first. */
  readonly marks: readonly NamedMark[];
}

export function mapNames({ width, height, small, view, projection, shares, marks }: NameContent): MapName[] {
  const frame: Box = { x: 2, y: 2, width: width - 4, height: height - 4 };
  const obstacles: Box[] = marks.map((mark) => ({ x: mark.x + view.tx - mark.r, y: mark.y + view.ty - mark.r, width: mark.r * 2, height: mark.r * 2 }));
  const texts = new Map<string, Pick<MapName, 'text' | 'kind'>>();
  const wishes: LabelWish[] = [];
  for (const one of shares.slice(0, small ? 1 : 5)) {
    if ((asNumber(one.share.value) ?? 0) < LABELLED) continue;
    const term = country(one.area);
    const point = term && projection([Number(term.lon), Number(term.lat)]);
    if (!point) continue;
    const text = `${areaName(one.area)} ${formatDecimal(one.share.value ?? '0', 0)}\u202f%`;
    texts.set(one.area, { text, kind: 'country' });
    wishes.push({ key: one.area, x: point[0] * view.k + view.tx, y: point[1] * view.k + view.ty, away: small ? [6, 20] : [6, 30, 60, 90], width: text.length * 6.6, height: 16 });
  }
  if (view.k >= SITES_FROM) {
    for (const mark of marks.slice(0, SITES)) {
      texts.set(mark.key, { text: mark.name, kind: 'site' });
      wishes.push({ key: mark.key, x: mark.x + view.tx, y: mark.y + view.ty, away: [mark.r + 3], width: mark.name.length * 5.9, height: 13 });
    }
  }
  const places = new Map(wishes.map((wish) => [wish.key, wish]));
  return placeLabels(wishes, obstacles, frame).map((box) => {
    const named = texts.get(box.key) as Pick<MapName, 'text' | 'kind'>;
    const place = places.get(box.key);
    if (named.kind !== 'country' || !place) return { ...box, ...named };
    const x1 = Math.min(box.x + box.width, Math.max(box.x, place.x));
    const y1 = Math.min(box.y + box.height, Math.max(box.y, place.y));
    return { ...box, ...named, tie: { x1, y1, x2: place.x, y2: place.y } };
  });
}
