/** The wire types of `/api/v1` about the node itself: its club, the state of its twin, its statements and their proofs. */

export interface NodeInfo {
  club: string;
  charter: string;
  member: string;
  did: string;
  version: string;
  members: MemberInfo[];
  twin: TwinState;
}

export interface MemberInfo {
  member: string;
  did: string;
  address: string;
  origin: string;
  log_key: string;
  size: number;
  last_seen: string | null;
  trouble: string | null;
}

export interface TwinState {
  /** `complete`, `incomplete` or `building`. */
  state: string;
  digest: string | null;
  cut: CutInfo;
  missing: MissingBlob[];
  /** The day by which everything shown was published; null where nothing was left out. */
  published_by?: string | null;
  observations: number;
  sites: number;
  notices: number;
  uninterpreted: number;
}

export interface CutInfo {
  id: string;
  charter: string;
  sizes: Record<string, number>;
  vocabulary: string;
  rules: string;
}

export interface MissingBlob {
  blob: string;
  statement: string;
  member: string;
}

export interface StatementPlace {
  statement: string;
  kind: string;
  issuer: string;
  member: string;
  index: number;
  blob: string | null;
}

export interface StatementView {
  place: StatementPlace;
  version: number;
  visibility: string;
  subject: string;
  valid: [string, string] | null;
  key_id: string;
  status: string;
  payload: unknown;
  payload_bytes: number;
  recorded: string;
}

export interface InclusionProof {
  member: string;
  index: number;
  size: number;
  leaf: string;
  path: string[];
  checkpoint: string;
  log_key: string;
  statement_key: string;
}

/** RFC 9457 problem details. */
export interface ProblemDetails {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  instance?: string;
}
