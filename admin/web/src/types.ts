// The shapes of the API, version 1, as the page uses them.

export type Role = "viewer" | "operator" | "admin";

export interface WhoAmI {
  version: string;
  user: string | null;
  role: Role;
  /** ["*"] stands for every account. */
  accounts: string[];
  write: boolean;
}

export interface Session {
  ref: string;
  account: string;
  time_zone: string;
  label: string | null;
  /** null: not logged in, shown as Guest. A user really called "Guest" is a string. */
  agent: string | null;
  started: string;
  last_seen: string;
  interactions: string[];
  instances: number;
  address: string | null;
  user_agent: string | null;
  state: "active" | "ending";
}

export interface SessionList {
  sessions: Session[];
  total: number;
  filtered: number;
  next: string | null;
  generated_at: string;
  time_zone: string;
}

export interface Usage {
  account: string;
  time_zone: string;
  current: number;
  total: number | null;
  agents?: number | null;
  untracked?: number | null;
  daily_average?: number | null;
  daily_max?: number | null;
}

export type SortKey = "agent" | "started" | "instances" | "last_seen" | "account" | "label" | "address" | "user_agent";

export interface Sort {
  key: SortKey;
  descending: boolean;
}

export interface ListQuery {
  sort: Sort;
  limit: number;
  cursor: string | null;
  search: string;
  /** "" stands for all accounts in the caller's scope. */
  account: string;
}

export type TerminateResult = "terminated" | "ending" | "already_gone" | "not_found";

export interface TerminateAnswer {
  results: { ref: string; result: TerminateResult }[];
  durable: boolean;
}
