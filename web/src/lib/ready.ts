import { loadAudit } from './audit/audit.svelte';
import { loadNode } from './node.svelte';
import { loadVocabulary } from './vocabulary.svelte';

/** How long the first drawing waits for the typefaces, for the node's own state and for its audit (milliseconds). */
const PATIENCE = 1500;

/** The typefaces that every page is set in, at the weights that its first lines need. */
const FACES = ['450 1em Inter', '650 1em "Source Serif 4"'];

function atMost(work: Promise<unknown>): Promise<unknown> {
  return Promise.race([work.catch(() => undefined), new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
}

/**
 * All that the first drawing must know: what came later would move what the reader looks at. Only the vocabulary cannot
 * be done without.
 */
export async function everythingReady(): Promise<void> {
  await Promise.all([loadVocabulary(), atMost(loadNode()), atMost(loadAudit()), atMost(Promise.all(FACES.map((face) => document.fonts.load(face))))]);
}
