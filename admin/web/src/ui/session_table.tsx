import type { ComponentChildren } from "preact";
import { browserWords } from "../browser_words.js";
import type { Store } from "../store.js";
import { strings } from "../strings.js";
import { ago, plainTime } from "../times.js";
import type { Session, SessionList, SortKey } from "../types.js";
import { AgentName, Foreign, InteractionNames, StartTime, agentWords } from "./cells.js";
import { type OptionalColumn, type ShownColumns, optionalColumns } from "./columns.js";
import { SortIcon } from "./icons.js";

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

function optionalCell(column: OptionalColumn, session: Session, list: SessionList): ComponentChildren {
  switch (column) {
    case "last_seen":
      return (
        <time dateTime={session.last_seen} title={plainTime(session.last_seen, session.time_zone)}>
          {ago(session.last_seen, list.generated_at)}
        </time>
      );
    case "user_agent":
      return (
        session.user_agent && (
          <Foreign class="text browser" title={session.user_agent} text={browserWords(session.user_agent)} />
        )
      );
    default:
      return session[column] && <Foreign class="text" text={session[column]} />;
  }
}

interface RowProperties {
  store: Store;
  session: Session;
  list: SessionList;
  columns: readonly OptionalColumn[];
  nameZone: boolean;
}

function SessionRow({ store, session, list, columns, nameZone }: RowProperties) {
  const selected = store.ticked.value.has(session.ref);
  return (
    <tr class={selected ? "selected" : undefined} data-ref={session.ref}>
      {store.seesTicks.value && (
        <td class="column-tick">
          <label class="tick">
            <input
              type="checkbox"
              checked={selected}
              aria-label={strings.selectRow(
                agentWords(session.agent),
                plainTime(session.started, session.time_zone),
              )}
              onChange={(event) => store.tick([session], event.currentTarget.checked)}
            />
          </label>
        </td>
      )}
      <th scope="row" class="column-agent">
        <AgentName agent={session.agent} />
        {session.state === "ending" && (
          <span class="badge" title={strings.endingHint}>
            {strings.ending}
          </span>
        )}
      </th>
      <td class="column-started">
        <StartTime session={session} nameZone={nameZone} />
      </td>
      <td class="column-interactions">
        <InteractionNames names={session.interactions} />
      </td>
      <td class="column-instances">{strings.number(session.instances)}</td>
      {columns.map((column) => (
        <td key={column} class={`column-${column}`}>
          {optionalCell(column, session, list)}
        </td>
      ))}
    </tr>
  );
}

export function SessionTable({ store, shown }: { store: Store; shown: ShownColumns }) {
  const list = store.list.value;
  if (!list) {
    return store.problem.value ? null : <p class="quiet">{strings.loading}</p>;
  }
  const rows = list.sessions;
  const columns = optionalColumns.filter(
    (column) => shown.isShown(column) && (column !== "account" || store.severalAccounts.value),
  );
  const zones = new Set(rows.map((session) => session.time_zone));
  const oneZone = zones.size === 1 ? rows[0]?.time_zone : undefined;
  const selectedHere = rows.filter(({ ref }) => store.ticked.value.has(ref)).length;
  const search = store.search.value;
  return (
    <div class="scroller" role="region" aria-label={strings.tableLabel} tabIndex={0}>
      <table aria-busy={store.busy.value}>
        <caption class="unseen">{strings.tableLabel}</caption>
        <thead>
          <tr>
            {store.seesTicks.value && (
              <th scope="col" class="column-tick">
                <label class="tick">
                  <input
                    type="checkbox"
                    aria-label={strings.selectPage}
                    checked={rows.length > 0 && selectedHere === rows.length}
                    indeterminate={selectedHere > 0 && selectedHere < rows.length}
                    disabled={rows.length === 0}
                    onChange={(event) => store.tick(rows, event.currentTarget.checked)}
                  />
                </label>
              </th>
            )}
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
        <tbody>
          {rows.map((session) => (
            <SessionRow
              key={session.ref}
              store={store}
              session={session}
              list={list}
              columns={columns}
              nameZone={oneZone === undefined}
            />
          ))}
        </tbody>
      </table>
      {rows.length === 0 && (
        <p class="empty">{search === "" || list.total === 0 ? strings.empty : strings.noMatch(search)}</p>
      )}
    </div>
  );
}
