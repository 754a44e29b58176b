import type { ProblemDetails } from './types';

/** Everything that can go wrong between this page and the node, in words. */
export class ApiError extends Error {
  constructor(
    readonly path: string,
    /** HTTP status; 0 where the node did not answer. */
    readonly status: number,
    readonly problem: ProblemDetails,
  ) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`);
    this.name = 'ApiError';
  }
}

export type Params = Record<string, string | number | boolean | null | undefined>;

/** Answers kept at most, and for how long (milliseconds): a twin changes only when a log grows. */
const CACHE_ENTRIES = 80;
const CACHE_AGE = 60_000;

interface Kept {
  at: number;
  value: unknown;
}

const cache = new Map<string, Kept>();

/** The address of an API path with its query; parameters that are empty or absent are left out. */
export function address(path: string, params: Params = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined && value !== null && value !== '') query.set(name, String(value));
  }
  const text = query.toString();
  const base = path.startsWith('/') ? path : `/api/v1/${path}`;
  return text ? `${base}?${text}` : base;
}

async function request(url: string, accept: string, signal?: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { headers: { accept }, signal });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ApiError(url, 0, {});
  }
  if (response.ok) return response;
  let problem: ProblemDetails = {};
  try {
    problem = (await response.json()) as ProblemDetails;
  } catch {
    // Not a problem document: the status has to do.
  }
  throw new ApiError(url, response.status, problem);
}

/** GETs JSON from `/api/v1/…` (`path` may leave that prefix out), from the cache where it is fresh. */
export async function get<T>(path: string, params: Params = {}, signal?: AbortSignal): Promise<T> {
  const url = address(path, params);
  const kept = cache.get(url);
  if (kept && Date.now() - kept.at < CACHE_AGE) return kept.value as T;
  return getFresh<T>(path, params, signal);
}

/** GETs JSON past the cache: for what the reader watches change. */
export async function getFresh<T>(path: string, params: Params = {}, signal?: AbortSignal): Promise<T> {
  const url = address(path, params);
  const response = await request(url, 'application/json', signal);
  const value = (await response.json()) as T;
  cache.delete(url);
  cache.set(url, { at: Date.now(), value });
  if (cache.size > CACHE_ENTRIES) {
    const oldest = cache.keys().next().value;
    if (oldest !== undefined) cache.delete(oldest);
  }
  return value;
}

/** GETs bytes (a statement's COSE, a blob); never cached here. */
export async function getBytes(path: string, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  const response = await request(address(path), '*/*', signal);
  return new Uint8Array(await response.arrayBuffer());
}
