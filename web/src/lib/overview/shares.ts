import type { CountryShare, StageLine } from '../api/types';

/** One piece of the bar that tells who holds a stage. */
export interface Piece {
  kind: 'lead' | 'next' | 'third' | 'club' | 'club-rest' | 'rest';
  /** Country, where the piece is one. */
  area: string;
  /** Percent of the world total. */
  share: number;
}

function percent(share: CountryShare): number {
  return Math.max(0, Number(share.share.value ?? 0));
}

/**
 * The pieces of a stage's bar: the three largest countries (club members in the club's colour), the club's other
 * members together, and the rest of the world. Together 100 percent, whatever rounding the source did.
 */
export function pieces(line: StageLine, isMember: (area: string) => boolean): Piece[] {
  const outside = ['lead', 'next', 'third'] as const;
  let taken = 0;
  const named: Piece[] = line.top.map((country) => {
    const kind = isMember(country.area) ? 'club' : (outside[taken++] ?? 'third');
    return { kind, area: country.area, share: percent(country) };
  });
  const inClub = named.filter((piece) => piece.kind === 'club').reduce((sum, piece) => sum + piece.share, 0);
  const others = Math.max(0, (line.club ? percent(line.club) : 0) - inClub);
  const sum = named.reduce((total, piece) => total + piece.share, 0) + others;
  const all: Piece[] = [
    ...named,
    { kind: 'club-rest', area: '', share: others },
    { kind: 'rest', area: '', share: Math.max(0, 100 - sum) },
  ];
  const whole = Math.max(100, sum);
  return all.filter((piece) => piece.share > 0).map((piece) => ({ ...piece, share: (piece.share / whole) * 100 }));
}

/** Whether a stage is told by its exports: their value says nothing of what is produced. */
export function isTrade(line: StageLine): boolean {
  return line.series?.measure === 'trade';
}

/** What the overview's headline and first lines say. */
export interface Story {
  /** The stage in which one country holds the most; one whose total is only of the countries listed where no other is. */
  peak: StageLine | undefined;
  /** The country that leads most stages of which a world total is produced, and of which it does and does not. */
  leader: string;
  led: readonly StageLine[];
  notLed: readonly StageLine[];
  /** Stages with production figures of some countries only, and those of them that the leader leads. */
  listed: readonly StageLine[];
  ledListed: readonly StageLine[];
  /** Of the stages with a world total of production, that in which the club holds the most. */
  strongest: StageLine | undefined;
  /** Stages without any figure. */
  silent: number;
}

function first(line: StageLine): string {
  return line.top[0]?.area ?? '';
}

export function story(stages: readonly StageLine[]): Story {
  const produced = stages.filter((line) => line.top.length > 0 && !isTrade(line));
  const whole = produced.filter((line) => !line.listed);
  const parts = produced.filter((line) => line.listed);
  const counts = new Map<string, number>();
  for (const line of whole.length > 0 ? whole : parts) counts.set(first(line), (counts.get(first(line)) ?? 0) + 1);
  const [leader] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [''];
  const ledOf = (lines: readonly StageLine[]): StageLine[] => lines.filter((line) => first(line) === leader);
  const most = (lines: readonly StageLine[], value: (line: StageLine) => number): StageLine | undefined => [...lines].sort((a, b) => value(b) - value(a))[0];
  return {
    peak: most(whole.length > 0 ? whole : produced, (line) => Number(line.top[0]?.share.value ?? 0)),
    leader,
    led: ledOf(whole),
    notLed: whole.filter((line) => first(line) !== leader),
    listed: parts,
    ledListed: ledOf(parts),
    strongest: most(whole, (line) => Number(line.club?.share.value ?? 0)),
    silent: stages.filter((line) => line.top.length === 0).length,
  };
}

/** A point of a sparkline: year as a number, so that gaps in the periods show as such. */
export function periodNumber(period: string): number {
  const match = /^(\d{4})(?:-Q([1-4])|-(\d{2}))?$/.exec(period);
  if (!match) return Number.NaN;
  return Number(match[1]) + (match[2] ? (Number(match[2]) - 1) / 4 : match[3] ? (Number(match[3]) - 1) / 12 : 0);
}
