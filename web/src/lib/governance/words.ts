/** The charter in sentences: what stands on top of the page, what a version changes, how many signatures are missing. */
import type { CharterChange, CharterProposal, Governance, Votes } from '../api/types';
import { numberWord } from '../audit/verdict';
import { theCountry, sentenceCase } from '../i18n/countries';
import { formatCount } from '../format';
import { list, t, type MessageKey } from '../i18n/index.svelte';

type Named = (code: string) => string;

/** How bad it is, for colour and sign. */
export type Tone = 'good' | 'warn' | 'bad';

/** Signatures that one version's voters still owe. */
export function missing(votes: Votes): number {
  return Math.max(0, votes.needed - votes.signed.length);
}

/** Signatures of voting members that a proposal still needs, at least. */
export function lacks(proposal: Pick<CharterProposal, 'before' | 'after'>): number {
  return Math.max(missing(proposal.after), proposal.before ? missing(proposal.before) : 0);
}

/** Whether nothing is missing at all. */
export function isComplete(proposal: CharterProposal): boolean {
  return lacks(proposal) === 0 && proposal.unconsenting.length === 0 && proposal.unproved.length === 0;
}

/** Whether the same voters are counted twice, with the same outcome. */
export function sameVotes(before: Votes, after: Votes): boolean {
  return before.needed === after.needed && before.signed.join() === after.signed.join() && before.unsigned.join() === after.unsigned.join();
}

/** Members in an enumeration. */
export function names(codes: readonly string[], name: Named): string {
  return list(codes.map((code) => theCountry(code, name(code))));
}

/** The sentence on top. */
export function headline(state: Governance): { tone: Tone; text: string } {
  if (state.fork) return { tone: 'bad', text: t('governance.forked', { version: state.fork.version }) };
  if (state.refused) return { tone: 'bad', text: t('governance.refused', { version: state.refused.version }) };
  const open = state.proposals.filter((one) => !one.requested);
  const [only] = open;
  if (open.length > 1) return { tone: 'warn', text: sentenceCase(t('governance.proposed_many', { many: numberWord(open.length) })) };
  if (only) {
    const n = lacks(only);
    return { tone: 'warn', text: n > 0 ? t('governance.proposed', { needed: numberWord(n), n }) : t('governance.proposed_ready') };
  }
  if (state.proposals.length > 0) return { tone: 'warn', text: t('governance.requested') };
  if (state.members.length === 1) return { tone: 'good', text: t('governance.stands_one') };
  const { needed, voters } = state.threshold;
  return { tone: 'good', text: sentenceCase(t('governance.stands', { many: numberWord(state.members.length), needed: numberWord(needed), voters: numberWord(voters) })) };
}

/** A change, ready to be set: who, what in one sentence, what follows from it, and names for who compares them. */
export interface ToldChange {
  who: string;
  what: string;
  /** Further sentences. */
  more: string[];
  /** The proposer's own words. */
  reason: string;
  /** Label and value: keys, digests, roots. */
  exact: [string, string][];
}

/** What a change says, in the reader's language; `name` gives a member's bare name. */
export function tell(change: CharterChange, name: Named): ToldChange {
  const size = change.size ?? 0;
  const role = change.role ? t(`governance.role_${change.role}`) : '';
  const before = change.role_before ? t(`governance.role_${change.role_before}`) : '';
  const key = change.purpose ? t(`governance.use_${change.purpose}`) : '';
  const { threshold: now, threshold_before: then } = change;
  const values = {
    role,
    before,
    key,
    size: formatCount(size),
    from: change.from ?? '',
    to: change.to ?? '',
    ...(now && then ? { needed: numberWord(now.needed), voters: numberWord(now.voters), was: numberWord(then.needed), were: numberWord(then.voters) } : {}),
  };
  const message: MessageKey = change.change === 'key_revoked' ? 'governance.key_revoked_change' : `governance.${change.change}`;
  const told: ToldChange = { who: change.member ? name(change.member) : t('governance.all'), what: t(message, values), more: [], reason: change.reason ?? '', exact: [] };
  if (change.change === 'key_rotated' || change.change === 'key_retired') told.more.push(change.size === null ? t('governance.until_cut') : t('governance.until_size', values));
  if (change.change === 'key_revoked') {
    told.more.push(...change.last_good.map((head) => t('governance.good_size', { size: formatCount(head.size), country: theCountry(head.member, name(head.member)) })));
    if (change.last_good.length === 0) told.more.push(t('governance.good_none'));
  }
  told.exact = exact(change, name);
  return told;
}

function exact(change: CharterChange, name: Named): [string, string][] {
  // Addresses and versions of rules stand in the sentence.
  const spoken = change.change === 'address_changed' || change.change === 'rules_changed';
  const ofKey = change.purpose !== null;
  const found: [string, string][] = [];
  if (change.from && !spoken) found.push([t(ofKey ? 'governance.gone' : 'governance.from'), change.from]);
  if (change.to && !spoken) found.push([t(ofKey ? 'governance.come' : 'governance.to'), change.to]);
  const heads = change.root && change.member ? [{ member: change.member, size: change.size ?? 0, root: change.root }] : change.last_good;
  for (const head of heads) found.push([t('governance.root', { country: theCountry(head.member, name(head.member)), size: formatCount(head.size) }), head.root]);
  return found;
}
