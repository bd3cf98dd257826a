// What is looked at, and how: all that a colleague needs to see the same. It stands in the page's own query.

import {
  type Filter,
  type RecordFilter,
  type Sort,
  type SortKey,
  filterNames,
  recordFilterNames,
  sortKeys,
} from "./types.js";

export const tabs = ["active", "ended", "history", "audit"] as const;
export type Tab = (typeof tabs)[number];
export const timeModes = ["account", "utc", "browser"] as const;
export type TimeMode = (typeof timeModes)[number];
/** Seconds between two looks; 0 = only when asked. */
export const livePeriods = [0, 5, 15, 60] as const;
export type LivePeriod = (typeof livePeriods)[number];

export interface View {
  tab: Tab;
  /** "" stands for all accounts in the caller's scope. */
  account: string;
  sort: Sort;
  filter: Filter;
  record: RecordFilter;
  times: TimeMode;
  live: LivePeriod;
  /** "2026-10", or "" for the last 30 days. */
  month: string;
  /** "2026-10-03": the curve of that day; "" = the days. */
  day: string;
}

export const plainView: View = {
  tab: "active",
  account: "",
  sort: { key: "started", descending: true },
  filter: {},
  record: {},
  times: "account",
  live: 0,
  month: "",
  day: "",
};

/** The direction that a first click on a column gives: names from A, times, numbers and what is ending from the top. */
const descendingFirst: ReadonlySet<SortKey> = new Set<SortKey>(["started", "instances", "last_seen", "state"]);

export function nextSort(current: Sort, key: SortKey): Sort {
  return current.key === key
    ? { key, descending: !current.descending }
    : { key, descending: descendingFirst.has(key) };
}

export const sortText = ({ key, descending }: Sort) => `${descending ? "-" : ""}${key}`;

const oneOf = <Value>(values: readonly Value[], wanted: unknown, otherwise: Value): Value =>
  values.find((value) => value === wanted) ?? otherwise;

function sortOf(text: string | null): Sort {
  const key = sortKeys.find((known): known is SortKey => known === text?.replace(/^-/, ""));
  return key && text !== null ? { key, descending: text.startsWith("-") } : plainView.sort;
}

function conditions<Name extends string>(names: readonly Name[], from: URLSearchParams) {
  const found: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const value = from.get(name);
    if (value !== null) {
      found[name] = value;
    }
  }
  return found;
}

/** Anything that is not known is left out; the server judges the values of conditions. */
export function viewOf(query: string): View {
  const given = new URLSearchParams(query);
  const matching = (name: string, pattern: RegExp) => {
    const value = given.get(name) ?? "";
    return pattern.test(value) ? value : "";
  };
  const tab = oneOf(tabs, given.get("tab"), plainView.tab);
  return {
    tab,
    account: given.get("account") ?? "",
    sort: sortOf(given.get("sort")),
    filter: tab === "active" ? conditions(filterNames, given) : {},
    record: tab === "active" ? {} : conditions(recordFilterNames, given),
    times: oneOf(timeModes, given.get("times"), plainView.times),
    live: oneOf(livePeriods, Number(given.get("live")), plainView.live),
    month: matching("month", /^\d{4}-\d\d$/),
    day: matching("day", /^\d{4}-\d\d-\d\d$/),
  };
}

/** The shortest query that gives this view again; "" for the plain one. */
export function queryOf(view: View): string {
  const query = new URLSearchParams();
  const set = (name: string, value: string, plain: string) => {
    if (value !== plain) {
      query.set(name, value);
    }
  };
  set("tab", view.tab, plainView.tab);
  set("account", view.account, "");
  set("sort", sortText(view.sort), sortText(plainView.sort));
  for (const [name, value] of Object.entries(view.tab === "active" ? view.filter : view.record)) {
    query.set(name, value);
  }
  set("times", view.times, plainView.times);
  set("live", String(view.live), String(plainView.live));
  set("month", view.month, "");
  set("day", view.day, "");
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}
