import { navigate, route, setQuery } from './router.svelte';
import { shownTimes, type Times } from './times';

/** What had the focus when the drawer was opened, to give it back. */
let opener: Element | null = null;

/** The figure whose provenance is open (part of the address, so that it can be sent to somebody), or empty. */
export function openedFigure(): string {
  return route.query('figure');
}

/**
 * The state of the twin in which the open figure stands: of the moment that it was opened with, or the one that the page shows.
 */
export function openedTimes(): Times {
  const shown = shownTimes();
  const moment = route.query('figure_as_of');
  return moment ? { ...shown, as_of: moment, cut: '' } : shown;
}

/**
 * Opens "Where does this figure come from?" for a figure's handle; `asOf` is a moment at which it stood, where it may not stand
 * any more. What is opened from an open figure stands at the same moment.
 */
export function openProvenance(figure: string, asOf = openedFigure() ? route.query('figure_as_of') : ''): void {
  if (!openedFigure()) opener = document.activeElement;
  setQuery({ figure, figure_as_of: asOf }, { replace: openedFigure() !== '', state: { drawer: true } });
}

/** Closes the drawer and gives the focus back. */
export function closeProvenance(): void {
  const query = new URLSearchParams(location.search);
  query.delete('figure');
  query.delete('figure_as_of');
  const text = query.toString();
  navigate(text ? `${route.path}?${text}` : route.path, { replace: true, state: null, keepScroll: true });
  const target = opener;
  opener = null;
  if (target instanceof HTMLElement || target instanceof SVGElement) target.focus();
}
