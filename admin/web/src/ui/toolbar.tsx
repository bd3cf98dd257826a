import { useEffect, useRef } from "preact/hooks";
import { csvOf } from "../api.js";
import type { Store } from "../store.js";
import { strings } from "../strings.js";
import { sortText, timeModes } from "../view.js";
import { type ShownColumns, optionalColumns } from "./columns.js";
import { Conditions, FilterMenu, Menu } from "./filters.js";

const kDebounceMs = 250;

function SearchBox({ store }: { store: Store }) {
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const box = useRef<HTMLInputElement>(null);
  const search = (text: string, delay: number) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void store.searchFor(text), delay);
  };
  const wanted = store.search.value;
  useEffect(() => {
    // While somebody types, what is searched for follows the box; else the box follows what is searched for.
    if (box.current && document.activeElement !== box.current) {
      box.current.value = wanted;
    }
  }, [wanted]);
  return (
    <label class="search">
      <span class="unseen">{strings.searchHint}</span>
      <input
        ref={box}
        type="search"
        placeholder={strings.search}
        spellcheck={false}
        autocomplete="off"
        onInput={(event) => search(event.currentTarget.value, kDebounceMs)}
        onKeyDown={(event) => event.key === "Enter" && search(event.currentTarget.value, 0)}
      />
    </label>
  );
}

export function TimesChooser({ store }: { store: Store }) {
  return (
    <label class="chooser">
      <span>{strings.times}</span>
      <select
        value={store.view.value.times}
        onChange={({ currentTarget: { value } }) =>
          store.change({ times: timeModes.find((mode) => mode === value) ?? "account" })
        }
      >
        {timeModes.map((mode) => (
          <option key={mode} value={mode}>
            {strings.timeModes[mode]}
          </option>
        ))}
      </select>
    </label>
  );
}

function ColumnsMenu({ store, shown }: { store: Store; shown: ShownColumns }) {
  return (
    <Menu name={strings.columnsMenu}>
      {optionalColumns
        .filter((column) => column !== "account" || store.severalAccounts.value)
        .map((column) => (
          <label key={column}>
            <input
              type="checkbox"
              checked={shown.isShown(column)}
              onChange={(event) => shown.show(column, event.currentTarget.checked)}
            />
            {strings.columns[column]}
          </label>
        ))}
    </Menu>
  );
}

interface PagesProperties {
  counted: string;
  pageIndex: number;
  more: boolean;
  previous: () => Promise<void>;
  next: () => Promise<void>;
  below?: boolean;
}

/** Above a list with its numbers; below it once more where the list has several pages. */
export function Pages({ counted, pageIndex, more, previous, next, below = false }: PagesProperties) {
  const several = pageIndex > 0 || more;
  if (below && !several) {
    return null;
  }
  const turn = async (turned: () => Promise<void>) => {
    await turned();
    if (below) {
      document.querySelector(".toolbar")?.scrollIntoView();
    }
  };
  return (
    <nav class={below ? "pages below" : "pages"} aria-label={below ? strings.pagesBelow : strings.pages}>
      {!below && <span class="listed">{counted}</span>}
      {several && (
        <>
          <button type="button" disabled={pageIndex === 0} onClick={() => void turn(previous)}>
            {strings.previous}
          </button>
          <span class="page-number">{strings.page(pageIndex)}</span>
          <button type="button" disabled={!more} onClick={() => void turn(next)}>
            {strings.next}
          </button>
        </>
      )}
    </nav>
  );
}

export function ListPages({ store, below = false }: { store: Store; below?: boolean }) {
  const list = store.list.value;
  return list ? (
    <Pages
      counted={strings.listed(list.filtered, list.total)}
      pageIndex={store.cursors.value.length}
      more={list.next !== null}
      previous={store.previousPage}
      next={store.nextPage}
      below={below}
    />
  ) : null;
}

/** What is selected, in the head of the page, where it moves no row. */
export function Selection({ store }: { store: Store }) {
  const list = store.list.value;
  const selected = store.ticked.value.size;
  const all = store.allMatching.value;
  if (!store.seesTicks.value || !list || (selected === 0 && !all)) {
    return null;
  }
  const wholePage = list.sessions.length > 0 && list.sessions.every(({ ref }) => store.ticked.value.has(ref));
  return (
    <span class="selection">
      {all ? strings.matchingSelected(all.count) : strings.selected(selected, store.tickedElsewhere.value)}
      {!all && wholePage && list.filtered > list.sessions.length && (
        <button type="button" class="link" onClick={store.selectAllMatching}>
          {strings.selectMatching(list.filtered)}
        </button>
      )}
      <button type="button" class="link" onClick={store.clearTicks}>
        {strings.clearSelection}
      </button>
    </span>
  );
}

export function Toolbar({ store, shown }: { store: Store; shown: ShownColumns }) {
  const csv = csvOf("sessions", {
    sort: sortText(store.sort.value),
    ...store.filter.value,
    account: store.account.value,
  });
  return (
    <>
      <div class="toolbar">
        <SearchBox store={store} />
        <FilterMenu store={store} />
        <ColumnsMenu store={store} shown={shown} />
        <TimesChooser store={store} />
        <a href={csv} download title={strings.csvHint}>
          {strings.csv}
        </a>
        <ListPages store={store} />
      </div>
      <Conditions store={store} />
      {store.held.value && <p class="held">{strings.held}</p>}
    </>
  );
}
