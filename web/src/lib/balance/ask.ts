/** What a balance is asked for: the family, what of it is followed, and as of when. */
import type { Params } from '../api/client';
import { route } from '../router.svelte';
import { familiesOf } from '../vocabulary.svelte';

/** The family of the mineral chosen on the page: its own where it is an element or a basket. */
export function familyAsked(): string {
  return familiesOf(route.commodity)[0] ?? route.commodity;
}

/** What is followed: the element asked for, or that which the page is about; empty for the whole. */
export function layerAsked(): string {
  return route.query('layer') || (route.commodity === familyAsked() ? '' : route.commodity);
}

/** An earlier state, where the address asks for one. */
export function stateAsked(): Params {
  return { as_of: route.query('as_of'), cut: route.query('cut'), published_by: route.query('published_by') };
}
