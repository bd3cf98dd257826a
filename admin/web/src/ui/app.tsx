import type { Store } from "../store.js";
import { strings } from "../strings.js";
import { zonedTime } from "../times.js";
import type { ShownColumns } from "./columns.js";
import { Figures } from "./figures.js";
import { RefreshIcon } from "./icons.js";
import { ListProblem, OutcomeNotice } from "./notices.js";
import { QuestionDialog } from "./question_dialog.js";
import { SessionTable } from "./session_table.js";
import { Pages, Toolbar } from "./toolbar.js";

function TerminateButton({ store }: { store: Store }) {
  if (!store.seesTicks.value) {
    return null;
  }
  const mayTerminate = store.mayTerminate.value;
  const nothingTicked = store.ticked.value.size === 0;
  const hint = mayTerminate ? (nothingTicked ? strings.terminateHint : undefined) : strings.readOnly;
  return (
    <button
      type="button"
      class="danger"
      disabled={!mayTerminate || nothingTicked}
      {...(hint ? { title: hint } : {})}
      {...(mayTerminate ? {} : { "aria-describedby": "read-only" })}
      onClick={() => void store.ask()}
    >
      {strings.terminate}
    </button>
  );
}

function Header({ store }: { store: Store }) {
  const list = store.list.value;
  const time = list && zonedTime(list.generated_at, list.time_zone);
  return (
    <header>
      <h1>{strings.title}</h1>
      <div class="commands">
        {time && (
          <span class="as-of">
            {strings.asOf} {time.time} <span class="offset">{time.offset}</span>
          </span>
        )}
        <TerminateButton store={store} />
        <button
          type="button"
          class={store.busy.value ? "refresh busy" : "refresh"}
          aria-label={strings.refresh}
          title={strings.refresh}
          onClick={() => void store.refresh()}
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

export function App({ store, shown }: { store: Store; shown: ShownColumns }) {
  return (
    <>
      <Header store={store} />
      <main>
        <Figures store={store} />
        <ListProblem store={store} />
        <OutcomeNotice store={store} />
        <Toolbar store={store} shown={shown} />
        <SessionTable store={store} shown={shown} />
        <Pages store={store} below />
      </main>
      <Footer store={store} />
      <QuestionDialog store={store} />
    </>
  );
}
