/** Who speaks: a house (`usgs`, whose series begin with its key) or a series of its own. */
import type { Source } from '../api/types';

/** Publisher of a voice, by the series of the sources that are loaded; the key where none is. */
export function voiceName(voice: string, sources: readonly Pick<Source, 'series' | 'publisher'>[]): string {
  const own = sources.find((source) => source.series === voice) ?? sources.find((source) => source.series.startsWith(`${voice}-`));
  return own?.publisher || voice;
}

/** What was learned of a voice. */
export type Fit = 'better' | 'expected' | 'worse';

/** How far from one a factor is called by no name. */
const NEAR = 0.1;

export function fitOf(factor: number): Fit {
  return factor < 1 - NEAR ? 'better' : factor > 1 + NEAR ? 'worse' : 'expected';
}

/** What the test of all reports together says, by its probability. */
export type Agreement = 'agree' | 'strained' | 'contradict';

export function agreement(p: number): Agreement {
  return p < 0.01 ? 'contradict' : p < 0.05 ? 'strained' : 'agree';
}
