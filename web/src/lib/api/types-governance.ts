/** The wire types of `GET /api/v1/governance`: the charter, its versions, what is proposed. */
import type { Page } from './types';

export interface Governance {
  /** Code of the member that answers. */
  member: string;
  /** When it answered (RFC 3339). */
  at: string;
  /** Name of the club. */
  name: string;
  /** Id of the charter's first version. */
  club: string;
  /** Number of the version in force. */
  version: number;
  charter: string;
  threshold: VotesNeeded;
  quorum: WitnessQuorum;
  members: CharterMember[];
  former: FormerMember[];
  /** Newest first. */
  versions: Page<CharterVersion>;
  proposals: CharterProposal[];
  fork: CharterFork | null;
  refused: { version: number; reason: string } | null;
}

export interface VotesNeeded {
  needed: number;
  voters: number;
}

export interface WitnessQuorum {
  /** Members other than the log's own that witness. */
  witnesses: number;
  /** Absent in a club too small for it. */
  needed: number | null;
  faulty: number;
}

export type CharterRole = 'member' | 'associate';
export type KeyUse = 'statement' | 'log' | 'witness' | 'witness_ml_dsa' | 'mirror' | 'transport' | 'tls';

export interface CharterMember {
  member: string;
  role: CharterRole;
  /** Number of the version since which it is in. */
  since: number;
  did: string;
  address: string;
  keys: CharterKey[];
}

export interface CharterKey {
  purpose: KeyUse;
  id: string;
  key: string;
  revoked: boolean;
}

export interface FormerMember {
  member: string;
  /** Entries of its log that go on counting. */
  size: number;
}

export interface CharterVersion {
  version: number;
  id: string;
  /** Since when this node knows it; a charter has no date of its own. */
  known_since: string | null;
  members: string[];
  changes: CharterChange[];
  /** Everybody who has signed it, voting or not. */
  signed: string[];
  before: Votes | null;
  after: Votes;
}

/** Votes under the keys of one version. */
export interface Votes {
  version: number;
  needed: number;
  signed: string[];
  unsigned: string[];
}

export interface CharterProposal {
  id: string;
  version: number;
  /** No voting member has taken it up. */
  requested: boolean;
  changes: CharterChange[];
  signed: string[];
  before: Votes | null;
  after: Votes;
  /** Members that must sign for themselves and have not. */
  unconsenting: string[];
  /** Members whose new statement key must sign and has not. */
  unproved: string[];
  /** What this node's copies of the logs have against it, in English. */
  objection: string | null;
}

export interface CharterFork {
  version: number;
  ours: string;
  theirs: string;
  signed_both: string[];
}

export type ChangeKind =
  | 'member_joined'
  | 'member_returned'
  | 'member_left'
  | 'role_changed'
  | 'key_rotated'
  | 'key_added'
  | 'key_retired'
  | 'key_revoked'
  | 'threshold_changed'
  | 'address_changed'
  | 'vocabulary_changed'
  | 'rules_changed'
  | 'schemas_changed';

/** One difference; what does not belong to its kind is absent. */
export interface CharterChange {
  change: ChangeKind;
  english: string;
  french: string;
  member: string | null;
  role: CharterRole | null;
  role_before: CharterRole | null;
  purpose: KeyUse | null;
  from: string | null;
  to: string | null;
  size: number | null;
  root: string | null;
  last_good: { member: string; size: number; root: string }[];
  reason: string | null;
  threshold: VotesNeeded | null;
  threshold_before: VotesNeeded | null;
}
