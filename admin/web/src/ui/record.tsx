import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { csvOf } from "../api.js";
import type { RecordStore } from "../record_store.js";
import type { Store } from "../store.js";
import { strings } from "../strings.js";
import { instantOf, localOf } from "../times.js";
import type {
  AuditEntry,
  EndReason,
  EndedSession,
  HistorySession,
  RecordFilterName,
  RecordKind,
  RecordList,
} from "../types.js";
import type { View } from "../view.js";
import { AgentName, Foreign, Instant } from "./cells.js";
import { ProblemNotice } from "./notices.js";
import { Pages, TimesChooser } from "./toolbar.js";

const text = strings.record;
const kDebounceMs = 250;
const kMinuteMs = 60_000;

/** The conditions of each list, in the order in which they are offered. */
const conditions: Readonly<Record<RecordKind, readonly RecordFilterName[]>> = {
  ended: ["from", "to", "agent", "reason", "by"],
  history: ["at", "from", "to", "agent"],
  audit: ["from", "to", "user", "action"],
};

interface Column<Row> {
  name: string;
  cell: (row: Row, zone: string) => ComponentChildren;
}

const maybe = (value: string | null) => value && <Foreign class="text" text={value} />;
const maybeAt = (at: string | null, zone: string) => at && <Instant at={at} zone={zone} />;
const reasonWords = (reason: EndReason | null) => reason && text.reasons[reason];

const start: Column<HistorySession>[] = [
  { name: text.agent, cell: ({ agent }) => <AgentName agent={agent} /> },
  { name: text.started, cell: ({ started }, zone) => <Instant at={started} zone={zone} /> },
];
const end: Column<HistorySession>[] = [
  { name: text.ended, cell: ({ ended_at }, zone) => maybeAt(ended_at, zone) ?? <em class="quiet">{text.stillLive}</em> },
  { name: text.reason, cell: ({ reason }) => reasonWords(reason) },
  { name: text.by, cell: ({ by }) => maybe(by) },
];
const account: Column<HistorySession> = { name: strings.account, cell: (session) => maybe(session.account) };

/** What is said of each session where many stand beside each other. */
export const briefColumns = (withAccount: boolean): readonly Column<HistorySession>[] => [
  ...start,
  ...end,
  { name: text.label, cell: ({ label }) => maybe(label) },
  ...(withAccount ? [account] : []),
];
const historyColumns: readonly Column<HistorySession>[] = [
  ...start,
  { name: text.loggedIn, cell: ({ logged_in_at }, zone) => maybeAt(logged_in_at, zone) },
  { name: text.lastSeen, cell: ({ last_seen }, zone) => maybeAt(last_seen, zone) },
  ...end,
  { name: text.label, cell: ({ label }) => maybe(label) },
  account,
];
const endedColumns: readonly Column<EndedSession>[] = [
  ...start,
  ...end,
  { name: text.why, cell: ({ why }) => maybe(why) },
  { name: text.message, cell: ({ message }) => maybe(message) },
  { name: text.label, cell: ({ label }) => maybe(label) },
  account,
];

/** The list of the sessions that an act ended: those that its admin ended at about that time, or since. */
const endedBy = ({ at, user, what }: AuditEntry): Partial<View> => {
  const near = (distance: number) => new Date(Date.parse(at) + distance).toISOString();
  const to = what.startsWith("when finished") ? {} : { to: near(kMinuteMs) };
  const by = user === null ? {} : { by: user };
  return { tab: "ended", record: { from: near(-kMinuteMs), ...to, reason: "administrator", ...by } };
};

const auditColumns = (change: Store["change"]): readonly Column<AuditEntry>[] => [
  { name: text.when, cell: ({ at }, zone) => <Instant at={at} zone={zone} /> },
  { name: text.user, cell: ({ user }) => maybe(user) },
  { name: text.role, cell: ({ role }) => role },
  { name: text.address, cell: ({ address }) => maybe(address) },
  { name: text.action, cell: ({ action }) => text.actions[action] },
  { name: text.what, cell: ({ what }) => <Foreign class="text" text={what} /> },
  { name: text.agent, cell: ({ agent }) => maybe(agent) },
  {
    name: text.count,
    cell: (entry) =>
      entry.ended === 0 || entry.action !== "terminate" ? (
        strings.number(entry.ended)
      ) : (
        <button type="button" class="link" title={text.showEnded} onClick={() => change(endedBy(entry))}>
          {strings.number(entry.ended)}
        </button>
      ),
  },
  { name: text.result, cell: ({ result }) => text.results[result] },
  { name: text.why, cell: ({ reason }) => maybe(reason) },
  { name: text.message, cell: ({ message }) => maybe(message) },
  {
    name: text.accounts,
    cell: ({ accounts }) =>
      accounts.map((name, index) => (
        <span key={name}>
          {index > 0 && ", "}
          {name === "*" ? text.everything : <Foreign text={name} />}
        </span>
      )),
  },
];

interface RecordTableProperties<Row> {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string | number;
  zone: string;
  busy?: boolean;
}

export function RecordTable<Row>({ caption, columns, rows, keyOf, zone, busy = false }: RecordTableProperties<Row>) {
  return (
    <table class="record" aria-busy={busy}>
      <caption class="unseen">{caption}</caption>
      <thead>
        <tr>
          {columns.map(({ name }) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)}>
            {columns.map(({ name, cell }, index) =>
              index === 0 ? (
                <th key={name} scope="row">
                  {cell(row, zone)}
                </th>
              ) : (
                <td key={name}>{cell(row, zone)}</td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Condition({ store, name, zone }: { store: Store; name: RecordFilterName; zone: string }) {
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const value = store.view.value.record[name];
  const set = (changed: string | undefined) => {
    // An instant and a span exclude each other.
    const outdated: RecordFilterName[] = name === "at" ? ["at", "from", "to"] : name === "from" || name === "to" ? ["at", name] : [name];
    const kept = Object.entries(store.view.value.record).filter(([other]) => !outdated.some((old) => old === other));
    store.change({ record: Object.fromEntries(changed ? [...kept, [name, changed]] : kept) });
  };
  if (name === "at" || name === "from" || name === "to") {
    return (
      <label class="chooser">
        <span>{text[name]}</span>
        <input
          type="datetime-local"
          value={localOf(value, zone)}
          onChange={({ currentTarget }) => set(instantOf(currentTarget.value, zone) ?? undefined)}
        />
      </label>
    );
  }
  if (name === "reason" || name === "action") {
    const words: Readonly<Record<string, string>> = name === "reason" ? text.reasons : text.actions;
    return (
      <label class="chooser">
        <span>{text[name]}</span>
        <select value={value ?? ""} onChange={({ currentTarget }) => set(currentTarget.value)}>
          <option value="">{name === "reason" ? text.anyReason : text.anyAction}</option>
          {Object.entries(words).map(([choice, word]) => (
            <option key={choice} value={choice}>
              {word}
            </option>
          ))}
        </select>
      </label>
    );
  }
  return (
    <label class="chooser">
      <span>{text[name]}</span>
      <input
        type="text"
        value={value ?? ""}
        spellcheck={false}
        autocomplete="off"
        onInput={({ currentTarget }) => {
          clearTimeout(timer.current);
          timer.current = setTimeout(() => set(currentTarget.value), kDebounceMs);
        }}
      />
    </label>
  );
}

function tableOf(store: Store, list: RecordList, zone: string, busy: boolean) {
  const withAccount = store.severalAccounts.value;
  const shared = { caption: text.caption[list.kind], zone, busy };
  const shown = <Row,>(columns: readonly Column<Row>[]) =>
    withAccount ? columns : columns.filter(({ name }) => name !== account.name && name !== text.accounts);
  switch (list.kind) {
    case "audit":
      return <RecordTable {...shared} columns={shown(auditColumns(store.change))} rows={list.entries} keyOf={({ id }) => id} />;
    case "ended":
      return (
        <RecordTable
          {...shared}
          columns={shown(endedColumns)}
          rows={list.sessions as EndedSession[]}
          keyOf={({ ref }) => ref}
        />
      );
    case "history":
      return (
        <RecordTable {...shared} columns={shown(historyColumns)} rows={list.sessions} keyOf={({ ref }) => ref} />
      );
  }
}

/** One of the lists of what has been, with its conditions. */
export function Record({ store, record, kind }: { store: Store; record: RecordStore; kind: RecordKind }) {
  const { record: filter, account: name } = store.view.value;
  useEffect(() => void record.show(kind, filter, name), [record, kind, filter, name]);
  const list = record.list.value?.kind === kind ? record.list.value : null;
  const zone = store.zoneOf(list?.time_zone ?? store.usage.value?.time_zone ?? store.who.value?.time_zone ?? "UTC");
  const rows = list ? list.sessions.length + list.entries.length : 0;
  const pages = list && {
    counted: kind === "audit" ? text.entries(list.filtered) : strings.listed(list.filtered, list.filtered),
    pageIndex: record.cursors.value.length,
    more: list.next !== null,
    previous: record.previousPage,
    next: record.nextPage,
  };
  return (
    <>
      <div class="toolbar">
        {conditions[kind].map((condition) => (
          <Condition key={condition} store={store} name={condition} zone={zone} />
        ))}
        <TimesChooser store={store} />
        <a href={csvOf(kind, { ...filter, account: name })} download title={strings.csvHint}>
          {strings.csv}
        </a>
        {store.mayErase.value && filter.agent && (
          <button type="button" onClick={() => store.askErasure({ agent: filter.agent ?? "", account: name })}>
            {strings.erase.open}
          </button>
        )}
        {pages && <Pages {...pages} />}
      </div>
      {record.problem.value && <ProblemNotice problem={record.problem.value} />}
      {list ? (
        <div class="scroller" role="region" aria-label={text.caption[kind]} tabIndex={0}>
          {tableOf(store, list, zone, record.busy.value)}
          {rows === 0 && <p class="empty">{text.empty[kind]}</p>}
        </div>
      ) : (
        !record.problem.value && <p class="quiet">{strings.loading}</p>
      )}
      {list && <p class="quiet zone-note">{text.timesAreIn(zone)}</p>}
      {pages && <Pages {...pages} below />}
    </>
  );
}
