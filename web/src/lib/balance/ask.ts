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

/** Whether the reader asks for the robust balance: what a node is asked. */
export function robustAsked(): { robust?: 'true' } {
  return route.query('robust') === 'yes' ? { robust: 'true' } : {};
}

/** Whether an estimate is of the robust balance, as its address says. */
export const isRobust = (figure: string): boolean => figure.startsWith('robust|');

/** Whether a figure is an estimate of a balance. */
export const isEstimate = (figure: string): boolean => figure.startsWith('estimate|') || isRobust(figure);

/** What the address says of a layer that the reader chooses: nothing where it is what would be followed anyway. */
export function layerInAddress(layer: string): string {
  return layer === familyAsked() && route.commodity === layer ? '' : layer;
}
