import { navigate, route, setQuery } from './router.svelte';

/** What had the focus when the drawer was opened, to give it back. */
let opener: Element | null = null;

/** The figure whose provenance is open (part of the address, so that it can be sent to somebody), or empty. */
export function openedFigure(): string {
  return route.query('figure');
}

/** Opens "Where does this figure come from?" for a figure's handle. */
export function openProvenance(figure: string): void {
  if (!openedFigure()) opener = document.activeElement;
  setQuery({ figure }, { replace: openedFigure() !== '', state: { drawer: true } });
}

/** Closes the drawer and gives the focus back. */
export function closeProvenance(): void {
  const query = new URLSearchParams(location.search);
  query.delete('figure');
  const text = query.toString();
  navigate(text ? `${route.path}?${text}` : route.path, { replace: true, state: null, keepScroll: true });
  const target = opener;
  opener = null;
  if (target instanceof HTMLElement || target instanceof SVGElement) target.focus();
}
