/** What a balance is asked for: the family, and what of it is followed. */
import { route } from '../router.svelte';
import { commodity, familiesOf } from '../vocabulary.svelte';

/** The family of the mineral chosen on the page: its own where it is an element or a basket. */
export function familyAsked(): string {
  return familiesOf(route.commodity)[0] ?? route.commodity;
}

/** What is followed: the element asked for, or that which the page is about; empty for the whole. A basket is not balanced alone. */
export function layerAsked(): string {
  return route.query('layer') || (commodity(route.commodity)?.kind === 'element' ? route.commodity : '');
}

/** What the address says of a layer that the reader chooses: nothing where it is what would be followed anyway. */
export function layerInAddress(layer: string): string {
  return layer === familyAsked() && route.commodity === layer ? '' : layer;
}
