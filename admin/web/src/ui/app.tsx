import type { RecordStore } from "../record_store.js";
import type { Store } from "../store.js";
import { strings } from "../strings.js";
import { zonedTime } from "../times.js";
import { type Tab, livePeriods, tabs } from "../view.js";
import { Banners } from "./banners.js";
import type { ShownColumns } from "./columns.js";
import { ErasureDialog } from "./erasure_dialog.js";
import { Figures } from "./figures.js";
import { RefreshIcon } from "./icons.js";
import { KeepSelected } from "./keep_button.js";
import { KeepProblem, ListProblem, OutcomeNotice } from "./notices.js";
import { PeakDialog } from "./peak_dialog.js";
import { QuestionDialog } from "./question_dialog.js";
import { Record } from "./record.js";
import { SessionDrawer } from "./session_drawer.js";
import { SessionTable } from "./session_table.js";
import { ListPages, Selection, Toolbar } from "./toolbar.js";

interface Stores {
  store: Store;
  record: RecordStore;
}

function TerminateButton({ store }: { store: Store }) {
  if (!store.seesTicks.value || store.view.value.tab !== "active") {
    return null;
  }
  const mayTerminate = store.mayTerminate.value;
  const nothingTicked = store.selectedCount.value === 0;
  const needsAdmin = store.needsAdmin.value;
  const missing = nothingTicked ? strings.terminateHint : needsAdmin ? strings.everybodyHint : undefined;
  const hint = mayTerminate ? missing : strings.readOnly;
  return (
    <button
      type="button"
      class="danger"
      disabled={!mayTerminate || nothingTicked || needsAdmin}
      {...(hint ? { title: hint } : {})}
      {...(mayTerminate ? {} : { "aria-describedby": "read-only" })}
      onClick={() => void store.ask()}
    >
      {strings.terminate}
    </button>
  );
}

function LiveChooser({ store }: { store: Store }) {
  return (
    <label class="chooser live">
      <span>{strings.live}</span>
      <select
        value={store.view.value.live}
        onChange={({ currentTarget: { value } }) =>
          store.change({ live: livePeriods.find((period) => String(period) === value) ?? 0 })
        }
      >
        {livePeriods.map((period) => (
          <option key={period} value={period}>
            {strings.livePeriod(period)}
          </option>
        ))}
      </select>
    </label>
  );
}

function AccountChooser({ store }: { store: Store }) {
  return store.severalAccounts.value ? (
    <label class="chooser">
      <span>{strings.account}</span>
      <select value={store.account.value} onChange={(event) => void store.chooseAccount(event.currentTarget.value)}>
        <option value="">{strings.allAccounts}</option>
        {store.accountChoices.value.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  ) : null;
}

function Header({ store, record }: Stores) {
  const isActive = store.view.value.tab === "active";
  const list = isActive ? store.list.value : record.list.value;
  const asOf = isActive ? store.asOf.value : (record.list.value?.generated_at ?? null);
  const time = list && asOf && zonedTime(asOf, store.zoneOf(list.time_zone));
  const busy = store.busy.value || record.busy.value;
  return (
    <header>
      <h1>{strings.title}</h1>
      <AccountChooser store={store} />
      <div class="commands">
        {time && (
          <span class="as-of">
            {strings.asOf} {time.time} <span class="offset">{time.offset}</span>
          </span>
        )}
        {isActive && <LiveChooser store={store} />}
        {isActive && <Selection store={store} />}
        {isActive && <KeepSelected store={store} />}
        <TerminateButton store={store} />
        <button
          type="button"
          class={busy ? "refresh busy" : "refresh"}
          aria-label={strings.refresh}
          title={strings.refresh}
          onClick={() => {
            void store.refresh();
            if (!isActive) {
              void record.refresh();
            }
          }}
        >
          <RefreshIcon />
        </button>
      </div>
      {store.seesTicks.value && !store.mayTerminate.value && (
        <p class="read-only" id="read-only">
          {strings.readOnly}
        </p>
      )}
    </header>
  );
}

function Tabs({ store }: { store: Store }) {
  const choose = (tab: Tab) => {
    // "Who was on" begins with now. The list may be older than that, and an instant to come is now to the server.
    const record = tab === "history" ? { at: new Date().toISOString() } : {};
    store.change({ tab, record });
  };
  return (
    <nav class="tabs" aria-label={strings.views}>
      {tabs.map((tab) => (
        <button
          key={tab}
          type="button"
          {...(tab === store.view.value.tab ? { "aria-current": "page" } : {})}
          onClick={() => choose(tab)}
        >
          {strings.tabs[tab]}
        </button>
      ))}
    </nav>
  );
}

function Footer({ store }: { store: Store }) {
  const who = store.who.value;
  return who ? (
    <footer>
      <span>{strings.version(who.version)}</span>
      <span>
        <bdi>{who.user || "-"}</bdi> · {who.role}
      </span>
    </footer>
  ) : null;
}

export function App({ store, record, shown }: Stores & { shown: ShownColumns }) {
  const { tab } = store.view.value;
  return (
    <>
      <Header store={store} record={record} />
      <Tabs store={store} />
      <main>
        {tab === "active" ? (
          <>
            <div class="above">
              <Banners store={store} />
              <ListProblem store={store} />
              <Figures store={store} />
              {!store.opened.value && <KeepProblem store={store} />}
              <OutcomeNotice store={store} />
              <Toolbar store={store} shown={shown} />
            </div>
            <SessionTable store={store} shown={shown} />
            <ListPages store={store} below />
          </>
        ) : (
          <>
            <Banners store={store} />
            <ListProblem store={store} />
            <Record key={tab} store={store} record={record} kind={tab} />
          </>
        )}
      </main>
      <Footer store={store} />
      <QuestionDialog store={store} />
      <SessionDrawer store={store} />
      <PeakDialog store={store} />
      <ErasureDialog store={store} />
    </>
  );
}
