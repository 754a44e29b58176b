/** Words for single cells of the table of logs, and moments to the second. */
import type { AuditLog, Cosigner } from '../api/types';
import { language, t } from '../i18n/index.svelte';

/** A log's standing in a word or two. */
export function standingWords(log: AuditLog, own: string): string {
  return t(log.standing === 'followed' && log.member === own ? 'audit.standing_own' : `audit.standing_${log.standing}`);
}

/** The newest of some cosignatures; none where there are none. */
export function newest(cosigners: readonly Cosigner[]): Cosigner | undefined {
  return cosigners.reduce<Cosigner | undefined>((last, one) => (last === undefined || Date.parse(one.at) > Date.parse(last.at) ? one : last), undefined);
}

/** A moment (RFC 3339) to the second, in UTC; without its day where that is the day of `today`. */
export function formatMoment(text: string, today = ''): string {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) return text;
  const options: Intl.DateTimeFormatOptions = { timeStyle: 'medium', timeZone: 'UTC' };
  if (text.slice(0, 10) !== today.slice(0, 10)) options.dateStyle = 'medium';
  return new Intl.DateTimeFormat(language() === 'en' ? 'en-GB' : language(), options).format(date);
}

/** Who holds how much of a log: how many all of it, who lacks some, and who has not said. */
export function copiesOf(log: AuditLog, members: readonly string[]): { whole: number; behind: AuditLog['copies']; silent: string[] } {
  const said = new Set(log.copies.map((copy) => copy.member));
  return {
    whole: log.copies.filter((copy) => copy.behind === 0).length,
    behind: log.copies.filter((copy) => copy.behind > 0),
    silent: members.filter((member) => member !== log.member && !said.has(member)),
  };
}
