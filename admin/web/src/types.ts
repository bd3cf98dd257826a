// The shapes of the API, version 1, by the names that the page uses. Their truth is admin/openapi.json.

import type { components } from "./generated/openapi.js";

type Schemas = components["schemas"];

export type Role = Schemas["Role"];
export type WhoAmI = Schemas["WhoAsks"];
export type Session = Schemas["Session"];
export type SessionDetails = Schemas["SessionDetails"];
export type SessionList = Schemas["SessionList"];
export type Usage = Schemas["Usage"];
export type Day = Schemas["Day"];
export type UsageMinutes = Schemas["UsageMinutes"];
export type UsagePeak = Schemas["UsagePeak"];
export type HistorySession = Schemas["HistorySession"];
export type EndedSession = Schemas["EndedSession"];
export type AuditEntry = Schemas["AuditEntry"];
export type EndReason = Schemas["EndReason"];
export type Health = Schemas["Health"];
export type HealthReason = Schemas["HealthReason"];
export type Erased = Schemas["Erased"];
export type TerminateResult = Schemas["TerminateResult"];
export type TerminatedRefs = Schemas["TerminatedRefs"];
export type TerminatedMany = Schemas["TerminatedMany"];
export type KeepResult = Schemas["KeepResult"];
export type KeptRefs = Schemas["KeptRefs"];

export const sortKeys = [
  "agent",
  "started",
  "instances",
  "last_seen",
  "account",
  "label",
  "address",
  "user_agent",
  "state",
] as const satisfies readonly components["parameters"]["sort"][];
export type SortKey = (typeof sortKeys)[number];

export interface Sort {
  key: SortKey;
  descending: boolean;
}

/** The conditions of the list, as the API names them. An empty agent stands for Guests; an absent one for anybody. */
export const filterNames = ["q", "agent", "label", "interaction", "address", "idle_gt", "multiple", "state"] as const;
export type FilterName = (typeof filterNames)[number];
export type Filter = Readonly<Partial<Record<FilterName, string>>>;

export type RecordKind = "ended" | "history" | "audit";
/** The conditions of the record's lists; each list knows some of them. */
export const recordFilterNames = ["at", "from", "to", "agent", "reason", "by", "user", "action"] as const;
export type RecordFilterName = (typeof recordFilterNames)[number];
export type RecordFilter = Readonly<Partial<Record<RecordFilterName, string>>>;

export interface RecordList {
  kind: RecordKind;
  sessions: EndedSession[] | HistorySession[];
  entries: AuditEntry[];
  filtered: number;
  next: string | null;
  time_zone: string;
  generated_at: string;
}
