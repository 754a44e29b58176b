import type { Source } from '../api/types';

/** What a source block says, each of it signed. */
const FIELDS = ['source', 'series', 'edition', 'title', 'publisher', 'url', 'licence', 'attribution', 'published', 'published_basis', 'retrieved'] as const satisfies readonly (keyof Source)[];

/** The first field in which a source as shown differs from the one in the signed payload; empty if none does. */
export function sourceDiffers(payload: unknown, shown: Source): string {
  const signed = payload !== null && typeof payload === 'object' ? (payload as Record<string, unknown>)['source'] : undefined;
  if (signed === null || typeof signed !== 'object') return 'source';
  return FIELDS.find((field) => ((signed as Record<string, unknown>)[field] ?? '') !== shown[field]) ?? '';
}
