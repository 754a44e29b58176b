import { get } from '../api/client';
import type { Figure, Provenance, Source } from '../api/types';

/** Lines that must stand with the figures of a chart, asked for once. */
export interface Attribution {
  readonly sources: readonly Source[];
  /** The lines, as one text. */
  readonly line: string;
}

/**
 * The sources behind some figures of a chart, by way of their provenance. `figures` should name few (the world total of
 * the first, a middle and the last period): what each rests on comes with it.
 */
export function attribution(figures: () => readonly (Figure | null | undefined)[]): Attribution {
  let sources = $state.raw<readonly Source[]>([]);
  $effect(() => {
    const handles = [...new Set(figures().flatMap((figure) => (figure?.figure ? [figure.figure] : [])))].slice(0, 4);
    if (handles.length === 0) {
      sources = [];
      return;
    }
    const controller = new AbortController();
    void Promise.allSettled(handles.map((figure) => get<Provenance>('provenance', { figure }, controller.signal))).then((answers) => {
      if (controller.signal.aborted) return;
      const found = new Map<string, Source>();
      for (const answer of answers) {
        if (answer.status !== 'fulfilled') continue;
        for (const trace of answer.value.inputs) found.set(trace.source.source, trace.source);
      }
      sources = [...found.values()];
    });
    return () => controller.abort();
  });
  return {
    get sources() {
      return sources;
    },
    get line() {
      return sourceLine(sources);
    },
  };
}

/** One line for some sources: their attribution, else title and edition; each once. */
export function sourceLine(sources: readonly Source[]): string {
  return [...new Set(sources.map((source) => source.attribution || `${source.title}, ${source.edition}`))].join(' · ');
}

/** First, middle and last of a list: enough to learn which sources a long series rests on. */
export function samples<T>(list: readonly (T | null | undefined)[]): T[] {
  const present = list.filter((entry): entry is T => entry !== null && entry !== undefined);
  if (present.length <= 3) return present;
  return [present[0] as T, present[Math.floor(present.length / 2)] as T, present.at(-1) as T];
}
