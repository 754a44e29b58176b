import type { Component } from 'svelte';

interface PageModule {
  default: Component;
}

interface RouteEntry {
  name: RouteName;
  pattern: RegExp;
  load: () => Promise<PageModule>;
}

export type RouteName =
  | 'overview'
  | 'map'
  | 'flow'
  | 'balance'
  | 'contradictions'
  | 'indicators'
  | 'mineral'
  | 'countries'
  | 'country'
  | 'sites'
  | 'site'
  | 'statement'
  | 'audit'
  | 'governance'
  | 'vintages'
  | 'about'
  | 'missing';

/** Every page, fetched when it is first opened. */
const routes: readonly RouteEntry[] = [
  { name: 'overview', pattern: /^\/$/, load: () => import('../pages/Overview.svelte') },
  { name: 'map', pattern: /^\/map$/, load: () => import('../pages/Map.svelte') },
  { name: 'flow', pattern: /^\/flow$/, load: () => import('../pages/Flow.svelte') },
  { name: 'balance', pattern: /^\/balance$/, load: () => import('../pages/Balance.svelte') },
  { name: 'contradictions', pattern: /^\/contradictions$/, load: () => import('../pages/Contradictions.svelte') },
  { name: 'indicators', pattern: /^\/indicators$/, load: () => import('../pages/Indicators.svelte') },
  { name: 'mineral', pattern: /^\/mineral\/(?<commodity>[^/]+)$/, load: () => import('../pages/Mineral.svelte') },
  { name: 'countries', pattern: /^\/countries$/, load: () => import('../pages/Countries.svelte') },
  { name: 'country', pattern: /^\/country\/(?<iso3>[^/]+)$/, load: () => import('../pages/Country.svelte') },
  { name: 'sites', pattern: /^\/sites$/, load: () => import('../pages/Sites.svelte') },
  { name: 'site', pattern: /^\/site\/(?<key>[^/]+)$/, load: () => import('../pages/Site.svelte') },
  { name: 'statement', pattern: /^\/statement\/(?<id>[^/]+)$/, load: () => import('../pages/Statement.svelte') },
  { name: 'audit', pattern: /^\/audit$/, load: () => import('../pages/Audit.svelte') },
  { name: 'governance', pattern: /^\/governance$/, load: () => import('../pages/Governance.svelte') },
  { name: 'vintages', pattern: /^\/vintages$/, load: () => import('../pages/Vintages.svelte') },
  { name: 'about', pattern: /^\/about$/, load: () => import('../pages/About.svelte') },
];

const missing: RouteEntry = { name: 'missing', pattern: /^/, load: () => import('../pages/Missing.svelte') };

export const DEFAULT_COMMODITY = 'rare_earths';

interface Place {
  path: string;
  query: URLSearchParams;
  entry: RouteEntry;
  params: Record<string, string>;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function read(): Place {
  const path = location.pathname.replace(/(.)\/+$/, '$1');
  for (const entry of routes) {
    const match = entry.pattern.exec(path);
    if (match) {
      const params = Object.fromEntries(Object.entries(match.groups ?? {}).map(([name, value]) => [name, decode(value)]));
      return { path, query: new URLSearchParams(location.search), entry, params };
    }
  }
  return { path, query: new URLSearchParams(location.search), entry: missing, params: {} };
}

let place = $state.raw<Place>(read());

/** Where the reader is; every getter is reactive. */
export const route = {
  get path(): string {
    return place.path;
  },
  get name(): RouteName {
    return place.entry.name;
  },
  get params(): Record<string, string> {
    return place.params;
  },
  get load(): () => Promise<PageModule> {
    return place.entry.load;
  },
  /** A query parameter, or the empty string. */
  query(name: string): string {
    return place.query.get(name) ?? '';
  },
  /** The chosen commodity: from the path on a mineral's page, else `?commodity=`. */
  get commodity(): string {
    return place.params['commodity'] || place.query.get('commodity') || DEFAULT_COMMODITY;
  },
};

/** Goes to an address of this site (`/map?stage=mine`). */
export function navigate(href: string, options: { replace?: boolean; state?: unknown; keepScroll?: boolean } = {}): void {
  const before = place.path;
  if (options.replace) history.replaceState(options.state ?? history.state, '', href);
  else history.pushState(options.state ?? null, '', href);
  place = read();
  if (!options.keepScroll && place.path !== before) window.scrollTo(0, 0);
}

/** Changes query parameters of the current address; an empty value removes one. */
export function setQuery(
  values: Record<string, string | null | undefined>,
  options: { replace?: boolean; state?: unknown } = { replace: true },
): void {
  const query = new URLSearchParams(place.query);
  for (const [name, value] of Object.entries(values)) {
    if (value === null || value === undefined || value === '') query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  navigate(text ? `${place.path}?${text}` : place.path, { ...options, keepScroll: true });
}

/** The address of a page, carrying the chosen commodity along. */
export function link(path: string, query: Record<string, string> = {}): string {
  const params = new URLSearchParams(query);
  const chosen = query['commodity'] ?? route.commodity;
  if (chosen === DEFAULT_COMMODITY || path.startsWith('/mineral/')) params.delete('commodity');
  else params.set('commodity', chosen);
  const text = params.toString();
  return text ? `${path}?${text}` : path;
}

/** Listens to the browser's back and forward, and turns clicks on links within the site into navigation. */
export function startRouter(): void {
  window.addEventListener('popstate', () => {
    place = read();
  });
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const anchor = (event.target as Element | null)?.closest?.('a[href]');
    if (!anchor || anchor.hasAttribute('download') || anchor.hasAttribute('target')) return;
    const href = anchor.getAttribute('href') ?? '';
    const path = href.replace(/[?#].*$/, '');
    // The API and files (`/licences.txt`) are the node's to answer, not a page's.
    if (!path.startsWith('/') || path.startsWith('//') || path.startsWith('/api/') || /\.\w+$/.test(path)) return;
    event.preventDefault();
    navigate(href);
  });
}
