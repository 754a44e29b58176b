/** The wire types of `GET /api/v1/audit`: the members' logs as this node sees them. */

export interface Audit {
  /** Code of the member that answers. */
  member: string;
  /** When it answered (RFC 3339). */
  at: string;
  /** Cosignatures that make a checkpoint witnessed; absent in a club too small for it. */
  needed: number | null;
  /** Members other than a log's own. */
  others: number;
  logs: AuditLog[];
}

export interface AuditLog {
  member: string;
  origin: string;
  key: string;
  standing: Standing;
  /** Why it is not followed, or signs nothing, in English. */
  trouble: string | null;
  size: number;
  root: string | null;
  /** The checkpoint with its cosignatures (signed note). */
  checkpoint: string | null;
  witnessed: boolean;
  cosigners: Cosigner[];
  copies: Copy[];
  /** Absent if never, and for the member's own. */
  last_seen: string | null;
  evidence: Evidence[];
}

export type Standing = 'followed' | 'unheard' | 'troubled' | 'waiting' | 'frozen' | 'shut';

export interface Cosigner {
  member: string;
  at: string;
}

export interface Copy {
  member: string;
  size: number;
  behind: number;
}

export interface Evidence {
  found: string;
  /** Id of the statement in this member's own log that says it. */
  statement: string;
  english: string;
  french: string;
  smaller_size: number;
  smaller_root: string;
  larger_size: number;
  larger_root_at_smaller: string;
}
