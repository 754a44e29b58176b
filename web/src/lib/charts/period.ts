/** Periods as the API writes them (`2023`, `2023-Q1`, `2023-04`) and days (`2010-09-07`), put on one time axis. */

const PERIOD = /^(\d{4})(?:-(?:Q([1-4])|(\d{2})(?:-(\d{2}))?))?$/;

/** First instant of a period, UTC; `undefined` where the text is not a period. */
export function periodStart(period: string): Date | undefined {
  const match = PERIOD.exec(period);
  if (!match) return undefined;
  const [, year, quarter, month, day] = match;
  const monthIndex = quarter ? (Number(quarter) - 1) * 3 : month ? Number(month) - 1 : 0;
  return new Date(Date.UTC(Number(year), monthIndex, day ? Number(day) : 1));
}

/** Instant at the middle of a period: where its point stands on an axis that also carries months and days. */
export function periodMiddle(period: string): Date | undefined {
  const start = periodStart(period);
  if (!start) return undefined;
  const end = periodEnd(period) as Date;
  return new Date((start.getTime() + end.getTime()) / 2);
}

/** First instant after a period, UTC. */
export function periodEnd(period: string): Date | undefined {
  const match = PERIOD.exec(period);
  const start = periodStart(period);
  if (!match || !start) return undefined;
  const end = new Date(start);
  if (match[4]) end.setUTCDate(end.getUTCDate() + 1);
  else if (match[3]) end.setUTCMonth(end.getUTCMonth() + 1);
  else if (match[2]) end.setUTCMonth(end.getUTCMonth() + 3);
  else end.setUTCFullYear(end.getUTCFullYear() + 1);
  return end;
}

/** The year a period lies in. */
export function yearOf(period: string): number {
  return Number(period.slice(0, 4));
}

/** Earliest start and latest end of some periods; `undefined` for none. */
export function periodExtent(periods: Iterable<string>): [Date, Date] | undefined {
  let first: Date | undefined;
  let last: Date | undefined;
  for (const period of periods) {
    const start = periodStart(period);
    const end = periodEnd(period);
    if (!start || !end) continue;
    if (!first || start < first) first = start;
    if (!last || end > last) last = end;
  }
  return first && last ? [first, last] : undefined;
}
