/** What the state of the logs comes to, in sentences for who has no time: the worst first, then what stands. */
import type { Audit, AuditLog, Standing } from '../api/types';
import { formatDate } from '../format';
import { ofCountry, sentenceCase, theCountry } from '../i18n/countries';
import { list, t, type MessageKey } from '../i18n/index.svelte';

/** Worst first. */
const ORDER: readonly Exclude<Standing, 'followed'>[] = ['shut', 'frozen', 'waiting', 'troubled', 'unheard'];

/** How bad a standing is, for colour and sign. */
export type Tone = 'good' | 'warn' | 'bad';
export const TONE: Readonly<Record<Standing, Tone>> = { followed: 'good', unheard: 'warn', troubled: 'warn', waiting: 'warn', frozen: 'bad', shut: 'bad' };

/** A sign of its own for each standing, so that colour is never the only difference. */
export const SIGN: Readonly<Record<Standing, string>> = { followed: '✓', unheard: '?', troubled: '!', waiting: '…', frozen: '✕', shut: '■' };

/** The verdict over all logs. */
export interface Verdict {
  readonly tone: Tone;
  /** The sentence on top. */
  readonly headline: string;
  /** What else is to be said, one sentence each. */
  readonly more: readonly string[];
}

/** A number in words up to twelve, in figures beyond. */
export function numberWord(value: number): string {
  return t('audit.numbers').split(',')[value] ?? String(value);
}

type Named = (code: string) => string;

/** The verdict in the reader's language; `name` gives a member's bare name. */
export function verdict(audit: Audit, name: Named): Verdict {
  const sentences = ORDER.flatMap((standing) => {
    const logs = audit.logs.filter((log) => log.standing === standing);
    return logs.length > 0 ? [sentence(standing, logs, name)] : [];
  });
  const worst = audit.logs.reduce<Tone>((tone, { standing }) => (TONE[standing] === 'bad' || tone === 'bad' ? 'bad' : TONE[standing] === 'warn' ? 'warn' : tone), 'good');
  const sound = audit.logs.filter((log) => log.standing === 'followed');
  const many = numberWord(sound.length);
  if (sentences.length === 0) sentences.push(sound.length === 1 ? t('audit.all_stand_one') : t('audit.all_stand', { many }));
  else if (sound.length > 0) sentences.push(sound.length === 1 ? t('audit.rest_one') : t('audit.rest', { many }));
  sentences.push(...thin(audit, sound));
  const [headline = '', ...more] = sentences;
  return { tone: worst, headline, more };
}

function sentence(standing: Exclude<Standing, 'followed'>, logs: readonly AuditLog[], name: Named): string {
  const [first] = logs as [AuditLog, ...AuditLog[]];
  const owners = ofCountry(first.member, name(first.member));
  const proven = first.evidence[0];
  const several = logs.length > 1;
  const names = list(logs.map((log) => theCountry(log.member, name(log.member))));
  switch (standing) {
    case 'shut':
      return t(proven ? 'audit.shut_evidence' : 'audit.shut', { owners });
    case 'waiting':
      return t('audit.waiting', { owners });
    case 'frozen':
      if (several) return t('audit.frozen_many', { names });
      return sentenceCase(proven ? t('audit.frozen_since', { owners, date: formatDate(proven.found.slice(0, 10), 'long').replaceAll(' ', '\u00a0') }) : t('audit.frozen', { owners }));
    default: {
      const key: MessageKey = several ? `audit.${standing}_many` : `audit.${standing}`;
      return sentenceCase(t(key, { owners, names }));
    }
  }
}

/** Logs that stand, but whose newest checkpoint too few have cosigned; nothing where the club is too small for witnesses. */
function thin(audit: Audit, sound: readonly AuditLog[]): string[] {
  if (audit.needed === null || audit.needed === undefined) return [t('audit.too_small')];
  const few = sound.filter((log) => !log.witnessed).length;
  if (few === 0) return [];
  if (few === sound.length && few > 1) return [t('audit.thin_all')];
  const many = numberWord(few);
  return [few === 1 ? t('audit.thin_one') : t('audit.thin', { many, Many: sentenceCase(many) })];
}

/** What every page must say: logs that are proven false, and the own log when it does not sign. */
export interface Notice {
  readonly text: string;
  /** Whether the reader may put it away: not what concerns the node that answers. */
  readonly dismissable: boolean;
  /** What it is about: put away, it comes back when this changes. */
  readonly about: string;
}

/** The notice that every page shows; nothing while there is nothing to say. */
export function notice(audit: Audit | undefined, name: Named): Notice | undefined {
  if (!audit) return undefined;
  const told = (['shut', 'frozen', 'waiting'] as const).map((standing) => [standing, audit.logs.filter((log) => log.standing === standing)] as const).filter(([, logs]) => logs.length > 0);
  if (told.length === 0) return undefined;
  const logs = told.flatMap(([, some]) => some);
  return {
    text: told.map(([standing, some]) => sentence(standing, some, name)).join(' '),
    dismissable: logs.every((log) => log.member !== audit.member),
    about: logs.map((log) => [log.member, log.standing, ...log.evidence.map((one) => one.statement)].join(' ')).join('\n'),
  };
}
