import type { Figure, SeriesKey, Source, StatementPlace } from './types';

/** `GET /api/v1/vintages/series`: a series of which vintages can be asked. */
export interface VintageSeries {
  key: SeriesKey;
  unit: string;
  /** Figures that were published more than once in one publication. */
  revised: number;
  areas: string[];
}

/** `GET /api/v1/vintages`: how the figures of one line changed. */
export interface Vintages {
  key: SeriesKey;
  area: string;
  partner: string;
  unit: string;
  /** Oldest first. */
  periods: string[];
  total: number;
  publications: Triangle[];
  /** Oldest first. */
  recordings: Recording[];
  recordings_total: number;
}

/** Periods × editions of one publication. */
export interface Triangle {
  series: string;
  editions: Source[];
  rows: TriangleRow[];
  stats: RevisionStats | null;
  stats_of_all: RevisionStats | null;
}

export interface TriangleRow {
  period: string;
  /** Parallel to the editions. */
  cells: (Vintage | null)[];
  first: number;
  last: number;
  revised: Change | null;
}

export interface Vintage {
  figure: Figure;
  /** Against the vintage before. */
  change: Change | null;
}

export interface Change {
  absolute: string;
  percent: string | null;
}

export interface RevisionStats {
  revisions: number;
  mean_absolute: string;
  bias: string;
  mean_absolute_percent: string | null;
  bias_percent: string | null;
}

/** A statement that says figures of the line, or takes some back. */
export interface Recording {
  recorded: string;
  statement: StatementPlace;
  source: string;
  /** `said`, `retracted` or `superseded`. */
  act: string;
  reason: string;
  replacement: string | null;
  /** A moment at which the figures stood. */
  as_of: string;
  cells: RecordedFigure[];
}

export interface RecordedFigure {
  figure: Figure;
  change: Change | null;
  /** When it was taken back since. */
  withdrawn: string | null;
}
