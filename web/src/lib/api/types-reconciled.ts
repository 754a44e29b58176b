/** The wire types of the reconciled balance and its contradictions, as the node's `api/types/reconciled.rs` declares them. */
import type { ObservationTrace, Text } from './types';

/** A line of a balance: `opening + in + produced − consumed − out − lost = closing`. */
export type LineKey = 'opening' | 'in' | 'produced' | 'consumed' | 'out' | 'lost' | 'stock_change' | 'closing';

/** Quality: `A` (reported and checked, known closely) to `E` (rests on assumptions); `X` where nobody can know. */
export type GradeKey = 'A' | 'B' | 'C' | 'D' | 'E' | 'X';

/** An estimate with its uncertainty. */
export interface Estimate {
  line: LineKey;
  /** Tonnes of the layer's substance; null if nobody can know. */
  value: string | null;
  /** Standard deviation, tonnes. */
  deviation: string | null;
  /** Ends of the interval that holds the truth in 95 of 100 cases, tonnes. */
  low: string | null;
  high: string | null;
  /** `redundant`, `reported`, `observable`, `assumed` or `unobservable`. */
  told: string;
  grade: GradeKey;
  /** Whether a report of it does not fit the others. */
  contested: boolean;
  by_reports?: string;
  by_reports_deviation?: string;
  /** Address: pass it to `/api/v1/reconciled/figure?figure=`. */
  figure: string;
}

/** The balance of one stage's product at one place. */
export interface PlaceBalance {
  /** `WLD`, a country, `CHN/bayan-obo` (a site), `CHN/rest`, or `OTH` for countries that nobody names. */
  place: string;
  /** Name of the site, if it is one. */
  name: string;
  lines: Estimate[];
}

/** How concentrated production is by the estimates: shares in percent, the index of 10,000. */
export interface Concentration {
  hhi: string;
  hhi_deviation: string;
  largest: string;
  share: string;
  share_deviation: string;
  first_three: string;
  first_three_deviation: string;
}

/** A stage of the chain. */
export interface ReconciledStage {
  stage: string;
  /** Whether nobody tells months of that year: figures of a month are even parts of it. */
  evenly: boolean;
  /** Of the world; none where nobody can know what some country makes. */
  concentration: Concentration | null;
  /** The place asked for. */
  whole: PlaceBalance;
  /** The places that add to it, the largest producer first. */
  parts: PlaceBalance[];
}

/** What is followed through the chain. */
export interface LayerInfo {
  /** The family or one of its elements. */
  commodity: string;
  /** Substance that its masses count; empty where the material itself is weighed. */
  substance: string;
}

/** Who speaks, and what was learned of it. */
export interface VoiceInfo {
  voice: string;
  /** Deviations of its figures are multiplied by this: above 1 it fits the others worse than expected. */
  factor: string;
  reports: number;
}

/** Whether all reports together contradict each other. */
export interface ChiSquared {
  statistic: string;
  degrees_of_freedom: number;
  /** How likely as much or more is, if every report is as good as its deviation says. */
  p: string;
}

/** The balance of a family in one period. */
export interface Reconciled {
  commodity: string;
  layer: LayerInfo;
  layers: LayerInfo[];
  period: string;
  periods: string[];
  place: string;
  places: string[];
  /** Registered sites of which nobody reports: they can be asked for, and are a part of nothing. */
  unreported: string[];
  unit: string;
  stages: ReconciledStage[];
  /** Stages of the chain of which nobody reports a mass of this. */
  untold: string[];
  voices: VoiceInfo[];
  test: ChiSquared;
  flagged: number;
  findings: number;
  cut: string;
  /** Where reports that do not fit count less: how many do; null where all count in full. */
  counted_less: number | null;
  /** Of the same: whether the weights settled within the rounds made; null where all count in full. */
  settled: boolean | null;
  rounds: number | null;
  /** Why an earlier balance is shown, if one is. */
  stale: string | null;
}

/** What an estimate rests on: one report or assumption. */
export interface WeightLine {
  /** `fact`, `unlisted`, `quota`, `capacity`, `recipe` or `assumption`. */
  kind: string;
  /** By how much the estimate rises if the report rises by one. */
  gain: string;
  /** Part of the estimate's variance that comes from it, percent. */
  part: string;
  /** In the robust balance: how much the report counts, percent. */
  counts: string | null;
  words: Text;
  observations: ObservationTrace[];
  site?: string;
  statement?: string;
}

/** An estimate and what it is made of. */
export interface EstimateTrace {
  commodity: string;
  layer: LayerInfo;
  stage: string;
  place: string;
  period: string;
  estimate: Estimate;
  /** Of a month that nobody tells: the figures of the year that it is an even part of. */
  of_year: { period: string; estimate: Estimate }[];
  words: Text;
  /** The heaviest first. */
  weights: WeightLine[];
  weights_total: number;
}

/** A line over time. */
export interface ReconciledLine {
  commodity: string;
  layer: LayerInfo;
  stage: string;
  place: string;
  points: { period: string; estimate: Estimate }[];
}

/** What a report is about, who says it, and what. */
export interface ReportAbout {
  voice: string;
  stage: string;
  place: string;
  period: string;
  line: LineKey;
  /** What it says, tonnes. */
  said: string;
}

/** A report and how it fits the others. */
export interface ReportFit extends ReportAbout {
  /** Its number among the reports of the balance. */
  number: number;
  /** `fact` or `unlisted`. */
  kind: string;
  deviation: string;
  /** What the others say it should be, tonnes. */
  expected: string;
  expected_deviation: string;
  /** Values that would fit, tonnes. */
  fits_low: string;
  fits_high: string;
  /** How far off it is, in deviations. */
  z: string;
  p: string;
  flagged: boolean;
  /** Whether no figure that can be would fit. */
  impossible: boolean;
  /** How much of an error of it would show, 0 to 1. */
  detectability: string;
  /** How much the others narrow it, 0 to 1. */
  adjustability: string;
  /** The smallest error that would be noticed four times in five, tonnes. */
  noticed: string;
  /** Numbers of other reports that no test can tell from it: one of them is wrong. */
  with: number[];
  query: Text;
  observations: ObservationTrace[];
}

/** A figure that would be another. */
export interface MovedEstimate {
  layer: string;
  stage: string;
  place: string;
  period: string;
  line: LineKey;
  /** Address of the estimate. */
  figure: string;
  before: string;
  before_deviation: string;
  /** None if nobody could know. */
  after: string | null;
  after_deviation: string | null;
}

/** What the balance would be if a report said otherwise. */
export interface WhatIf extends ReportAbout {
  commodity: string;
  number: number;
  /** Tonnes; none where it is taken to be withdrawn. */
  instead: string | null;
  moved: MovedEstimate[];
  moved_total: number;
  within_bounds: boolean;
  cut: string;
  stale: string | null;
}

/** A report that, taken for biased, explains most of what is wrong beside those before it. */
export interface Suspect extends ReportAbout {
  /** Its number, and those of others that no test can tell from it. */
  reports: number[];
  /** By how much that is above what the reports leave that are not suspected, tonnes. */
  bias: string;
  statistic: string;
}

/** A figure that could not be used, or stands out by itself. */
export interface FindingView {
  site: string;
  /** Whether it is used all the same. */
  used: boolean;
  words: Text;
  observation: ObservationTrace | null;
}

/** Whether a false report from a voice would be noticed. */
export interface VoiceCheck {
  voice: string;
  reports: number;
  /** How many of them others check. */
  checked: number;
  /** The mean detectability of those, 0 to 1. */
  detectability: string;
  flagged: number;
}

/** Which reports do not fit. */
export interface Contradictions {
  commodity: string;
  test: ChiSquared;
  /** The `z` beyond which a report is flagged. */
  critical: string;
  /** Reports that others check. */
  tested: number;
  /** Reports that nobody checks. */
  unchecked: number;
  flagged: number;
  /** Reports that others check, the gravest first. */
  reports: ReportFit[];
  /** None where all together agree. */
  suspects: Suspect[];
  /** All together without those. */
  rest: ChiSquared;
  voices: VoiceCheck[];
  findings: FindingView[];
  findings_total: number;
  cut: string;
  stale: string | null;
}
