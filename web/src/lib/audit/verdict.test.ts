import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Audit, AuditLog, Standing } from '../api/types';
import { setLanguage, type Language } from '../i18n/index.svelte';
import { notice, numberWord, SIGN, verdict } from './verdict';

const NAMES: Record<Language, Record<string, string>> = {
  en: { CAN: 'Canada', DEU: 'Germany', FRA: 'France', JPN: 'Japan', USA: 'United States' },
  fr: { CAN: 'Canada', DEU: 'Allemagne', FRA: 'France', JPN: 'Japon', USA: 'États-Unis' },
};
const EVIDENCE = { found: '2026-03-02T09:15:27Z', statement: 'ab', english: 'e', french: 'f', smaller_size: 3, smaller_root: '00', larger_size: 4, larger_root_at_smaller: '01' };

function log(member: string, standing: Standing, witnessed = true): AuditLog {
  return { member, origin: `${member}/log`, key: '', standing, trouble: null, size: 3, root: null, checkpoint: null, witnessed, cosigners: [], copies: [], last_seen: null, evidence: standing === 'frozen' ? [EVIDENCE] : [] };
}

/** A club in which the members named have another standing than *followed*; CAN answers. */
function club(standings: Record<string, Standing> = {}, needed: number | null = 3, thin: readonly string[] = []): Audit {
  const logs = Object.keys(NAMES.en).map((member) => log(member, standings[member] ?? 'followed', !thin.includes(member)));
  return { member: 'CAN', at: '2026-03-02T10:00:00Z', needed, others: 4, logs };
}

let spoken: Language = 'en';
function say(language: Language, audit: Audit): string[] {
  spoken = language;
  setLanguage(language);
  const { headline, more } = verdict(audit, (code) => NAMES[spoken][code] ?? code);
  return [headline, ...more].map((text) => text.replaceAll('\u00a0', ' '));
}

beforeEach(() => vi.stubGlobal('document', { documentElement: { lang: 'en' } }));
afterEach(() => {
  setLanguage('en');
  vi.unstubAllGlobals();
});

describe('the verdict over the logs', () => {
  it('says that all stand', () => {
    expect(say('en', club())).toEqual(['All five logs stand: nobody has rewritten what was said.']);
    expect(say('fr', club())).toEqual(['Les cinq journaux tiennent : personne n’a réécrit ce qui a été dit.']);
    const alone = { ...club({}, null), logs: [log('CAN', 'followed')] };
    expect(say('en', alone)[0]).toBe('The one log stands: nobody has rewritten what was said.');
    expect(say('fr', alone)[0]).toBe('Le seul journal tient : personne n’a réécrit ce qui a été dit.');
  });

  const cases: [Record<string, Standing>, string, string][] = [
    [{ USA: 'frozen' }, 'The United States’ log contradicts itself, as was found on 2 March 2026: its figures are kept as they were before, and nothing new of it is taken.', 'Le journal des États-Unis se contredit, comme constaté le 2 mars 2026 : ses chiffres restent ce qu’ils étaient auparavant, et rien de nouveau n’en est repris.'],
    [{ USA: 'frozen', JPN: 'frozen' }, 'The logs of Japan and the United States contradict themselves: their figures are kept as they were before, and nothing new of them is taken.', 'Des journaux se contredisent, ceux de : Japon et États-Unis. Leurs chiffres restent ce qu’ils étaient auparavant, et rien de nouveau n’en est repris.'],
    [{ CAN: 'shut' }, 'This node’s own log, Canada’s, signs nothing more: what it signed before is not what is held here.', 'Le journal de ce nœud, celui du Canada, ne signe plus rien : ce qu’il a signé auparavant n’est pas ce qui est conservé ici.'],
    [{ CAN: 'waiting' }, 'This node’s own log, Canada’s, has just started and signs nothing yet: it waits until the other members have said what they know of it.', 'Le journal de ce nœud, celui du Canada, vient de démarrer et ne signe encore rien : il attend que les autres membres aient dit ce qu’ils en savent.'],
    [{ DEU: 'troubled' }, 'Germany’s log could not be followed when it was last tried: what it has said since is missing here.', 'Le journal de l’Allemagne n’a pas pu être suivi au dernier essai : ce qu’il a dit depuis manque ici.'],
    [{ DEU: 'troubled', FRA: 'troubled' }, 'The logs of Germany and France could not be followed when they were last tried: what they have said since is missing here.', 'Des journaux n’ont pas pu être suivis au dernier essai, ceux de : Allemagne et France. Ce qu’ils ont dit depuis manque ici.'],
    [{ FRA: 'unheard' }, 'France’s log has not been heard of yet.', 'Le journal de la France ne s’est pas encore fait entendre.'],
    [{ FRA: 'unheard', JPN: 'unheard' }, 'The logs of France and Japan have not been heard of yet.', 'Des journaux ne se sont pas encore fait entendre, ceux de : France et Japon.'],
  ];
  it.each(cases)('tells %o, and that the others stand', (standings, english, french) => {
    const rest = 5 - Object.keys(standings).length;
    expect(say('en', club(standings))).toEqual([english, `The ${numberWord(rest)} other logs stand.`]);
    expect(say('fr', club(standings))).toEqual([french, `Les ${numberWord(rest)} autres journaux tiennent.`]);
  });

  it('tells the worst first, and a single one that stands in the singular', () => {
    const sentences = say('en', club({ DEU: 'unheard', FRA: 'frozen', JPN: 'troubled', CAN: 'shut' }));
    expect(sentences.map((one) => one.split(' ').slice(0, 3).join(' '))).toEqual(['This node’s own', 'France’s log contradicts', 'Japan’s log could', 'Germany’s log has', 'The other log']);
  });

  it('says where cosignatures are few, in singular and plural, and where the club is too small for them', () => {
    expect(say('en', club({}, 3, ['USA']))[1]).toMatch(/^One of them still waits for/);
    expect(say('fr', club({}, 3, ['USA']))[1]).toMatch(/^L’un d’eux attend encore/);
    expect(say('en', club({}, 3, ['USA', 'FRA']))[1]).toMatch(/^Two of them still wait for/);
    expect(say('fr', club({}, 3, ['USA', 'FRA']))[1]).toMatch(/^Deux d’entre eux attendent encore/);
    expect(say('en', club({}, 3, Object.keys(NAMES.en)))[1]).toMatch(/^No newest entry/);
    expect(say('en', club({}, null, ['USA']))[1]).toMatch(/too small/);
  });

  it('has a sign of its own for every standing', () => {
    expect(new Set(Object.values(SIGN)).size).toBe(Object.keys(SIGN).length);
  });

  it('tells numbers in words up to twelve', () => {
    expect([1, 7, 12, 13].map(numberWord)).toEqual(['one', 'seven', 'twelve', '13']);
  });
});

describe('the notice on every page', () => {
  const name = (code: string): string => NAMES.en[code] ?? code;

  it('is there for logs proven false and for an own log that does not sign, not for one out of reach', () => {
    expect(notice(undefined, name)).toBeUndefined();
    expect(notice(club({ DEU: 'troubled', FRA: 'unheard' }), name)).toBeUndefined();
    expect(notice(club({ FRA: 'frozen' }), name)?.text).toMatch(/^France’s log contradicts itself/);
    expect(notice(club({ CAN: 'waiting' }), name)?.text).toMatch(/^This node’s own log/);
  });

  it('cannot be put away where it concerns the own log, and comes back when something else is found', () => {
    const france = notice(club({ FRA: 'frozen' }), name);
    const both = notice(club({ FRA: 'frozen', CAN: 'shut' }), name);
    expect([france?.dismissable, both?.dismissable]).toEqual([true, false]);
    expect(notice(club({ FRA: 'frozen', JPN: 'frozen' }), name)?.about).not.toBe(france?.about);
  });
});
