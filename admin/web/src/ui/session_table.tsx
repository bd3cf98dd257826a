import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { isProbablyGone } from "../activity.js";
import type { Store } from "../store.js";
import { strings } from "../strings.js";
import { ago, plainTime } from "../times.js";
import type { Session, SortKey } from "../types.js";
import { AgentName, Browser, Foreign, Instant, InteractionNames, agentWords } from "./cells.js";
import { type OptionalColumn, type ShownColumns, optionalColumns } from "./columns.js";
import { EndingBadge } from "./ending.js";
import { SortIcon } from "./icons.js";
import { useRowsInPlace } from "./rows_in_place.js";

function SortHeader({ store, column, children }: { store: Store; column: SortKey; children?: ComponentChildren }) {
  const { key, descending } = store.sort.value;
  const direction = key === column ? (descending ? "descending" : "ascending") : null;
  return (
    <th scope="col" class={`column-${column}`} {...(direction ? { "aria-sort": direction } : {})}>
      <button type="button" class="sort" onClick={() => void store.sortBy(column)}>
        {strings.columns[column]}
        <SortIcon direction={direction} />
      </button>
      {children}
    </th>
  );
}

interface RowProperties {
  store: Store;
  session: Session;
  now: string;
  columns: readonly OptionalColumn[];
  nameZone: boolean;
}

function optionalCell(column: OptionalColumn, { store, session, now }: RowProperties): ComponentChildren {
  switch (column) {
    case "last_seen":
      return (
        <time
          class={isProbablyGone(session.last_seen, now) ? "quiet" : undefined}
          dateTime={session.last_seen}
          title={plainTime(session.last_seen, store.zoneOf(session.time_zone))}
        >
          {ago(session.last_seen, now)}
        </time>
      );
    case "user_agent":
      return session.user_agent && <Browser userAgent={session.user_agent} />;
    case "state":
      return strings.states[session.state];
    default:
      return session[column] && <Foreign class="text" text={session[column]} />;
  }
}

function SessionRow(properties: RowProperties) {
  const { store, session, columns, nameZone } = properties;
  const isTicked = store.ticked.value.has(session.ref);
  const isSelected = isTicked || store.allMatching.value !== null;
  const zone = store.zoneOf(session.time_zone);
  return (
    <tr class={isSelected ? "selected" : undefined} data-ref={session.ref}>
      {store.seesTicks.value && (
        <td class="column-tick">
          <label class="tick">
            <input
              type="checkbox"
              checked={isSelected}
              aria-label={strings.selectRow(agentWords(session.agent), plainTime(session.started, zone))}
              onChange={(event) => store.tick([session], event.currentTarget.checked)}
            />
          </label>
        </td>
      )}
      <th scope="row" class="column-agent">
        <button type="button" class="open" onClick={() => void store.open(session)}>
          <AgentName agent={session.agent} />
        </button>
        {session.own && (
          <>
            {" "}
            <span class="badge own" title={strings.ownHint}>
              {strings.own}
            </span>
          </>
        )}
        {session.ending && (
          <>
            {" "}
            <EndingBadge session={session} zone={zone} />
          </>
        )}
      </th>
      <td class="column-started">
        <Instant at={session.started} zone={zone} nameZone={nameZone} />
      </td>
      <td class="column-interactions">
        <InteractionNames names={session.interactions} />
      </td>
      <td class="column-instances">{strings.number(session.instances)}</td>
      {columns.map((column) => (
        <td key={column} class={`column-${column}`}>
          {optionalCell(column, properties)}
        </td>
      ))}
    </tr>
  );
}

function SelectPage({ store, rows }: { store: Store; rows: readonly Session[] }) {
  const here = rows.filter(({ ref }) => store.ticked.value.has(ref)).length;
  const all = store.allMatching.value !== null;
  return (
    <th scope="col" class="column-tick">
      <label class="tick">
        <input
          type="checkbox"
          aria-label={strings.selectPage}
          checked={rows.length > 0 && (all || here === rows.length)}
          indeterminate={!all && here > 0 && here < rows.length}
          disabled={rows.length === 0}
          onChange={(event) => store.tick(rows, event.currentTarget.checked)}
        />
      </label>
    </th>
  );
}

const isAimedAt = (element: EventTarget | null) => element instanceof Element && element.matches(":focus-visible");

export function SessionTable({ store, shown }: { store: Store; shown: ShownColumns }) {
  const body = useRef<HTMLTableSectionElement>(null);
  const holdRows = useRowsInPlace(body);
  const aim = (aiming: boolean) => {
    store.aimAtRows(aiming);
    holdRows(aiming);
  };
  const list = store.list.value;
  if (!list) {
    return store.problem.value ? null : <p class="quiet">{strings.loading}</p>;
  }
  const rows = list.sessions;
  const now = store.asOf.value ?? list.generated_at;
  const columns = optionalColumns.filter(
    (column) => shown.isShown(column) && (column !== "account" || store.severalAccounts.value),
  );
  const zones = new Set(rows.map((session) => store.zoneOf(session.time_zone)));
  const [oneZone] = zones.size === 1 ? zones : [];
  const search = store.search.value;
  const noMatch = search === "" ? strings.noMatchOfFilter : strings.noMatch(search);
  return (
    <div class="scroller" role="region" aria-label={strings.tableLabel} tabIndex={0}>
      <table aria-busy={store.busy.value}>
        <caption class="unseen">{strings.tableLabel}</caption>
        <thead>
          <tr>
            {store.seesTicks.value && <SelectPage store={store} rows={rows} />}
            <SortHeader store={store} column="agent" />
            <SortHeader store={store} column="started">
              {oneZone && <span class="zone">{strings.timesIn(oneZone)}</span>}
            </SortHeader>
            <th scope="col" class="column-interactions">
              {strings.columns.interactions}
            </th>
            <SortHeader store={store} column="instances" />
            {columns.map((column) => (
              <SortHeader key={column} store={store} column={column} />
            ))}
          </tr>
        </thead>
        <tbody
          ref={body}
          onPointerEnter={() => aim(true)}
          onPointerLeave={() => aim(false)}
          onFocusIn={(event) => isAimedAt(event.target) && aim(true)}
          onFocusOut={() => aim(false)}
        >
          {rows.map((session) => (
            <SessionRow
              key={session.ref}
              store={store}
              session={session}
              now={now}
              columns={columns}
              nameZone={oneZone === undefined}
            />
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p class="empty">{!store.isFiltered.value || list.total === 0 ? strings.empty : noMatch}</p>}
    </div>
  );
}
