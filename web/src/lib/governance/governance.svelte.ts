/** What the node knows of the charter: asked again and again while the page is open. */
import { Watched } from '../api/watched.svelte';
import type { Governance } from '../api/types';

export const governance = new Watched<Governance>('governance');
