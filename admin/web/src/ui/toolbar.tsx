import { useEffect, useRef } from "preact/hooks";
import type { Store } from "../store.js";
import { strings } from "../strings.js";
import { type ShownColumns, optionalColumns } from "./columns.js";

const kDebounceMs = 250;

function SearchBox({ store }: { store: Store }) {
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const search = (text: string, delay: number) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void store.searchFor(text), delay);
  };
  return (
    <label class="search">
      <span class="unseen">{strings.searchHint}</span>
      <input
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

function AccountChooser({ store }: { store: Store }) {
  return store.severalAccounts.value ? (
    <label class="account">
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

function ColumnsMenu({ store, shown }: { store: Store; shown: ShownColumns }) {
  const menu = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const closeOutside = (event: Event) => {
      if (menu.current?.open && !menu.current.contains(event.target as Node)) {
        menu.current.open = false;
      }
    };
    document.addEventListener("pointerdown", closeOutside);
    return () => document.removeEventListener("pointerdown", closeOutside);
  }, []);
  return (
    <details
      class="menu"
      ref={menu}
      onKeyDown={(event) => {
        if (event.key === "Escape" && menu.current?.open) {
          menu.current.open = false;
          menu.current.querySelector("summary")?.focus();
        }
      }}
    >
      <summary>{strings.columnsMenu}</summary>
      <fieldset>
        <legend class="unseen">{strings.columnsMenu}</legend>
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
      </fieldset>
    </details>
  );
}

/** Above the list with its numbers; below it once more where the list has several pages. */
export function Pages({ store, below = false }: { store: Store; below?: boolean }) {
  const list = store.list.value;
  const pageIndex = store.cursors.value.length;
  const several = list !== null && (pageIndex > 0 || list.next !== null);
  if (!list || (below && !several)) {
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
      {!below && <span class="listed">{strings.listed(list.filtered, list.total)}</span>}
      {several && (
        <>
          <button type="button" disabled={pageIndex === 0} onClick={() => void turn(store.previousPage)}>
            {strings.previous}
          </button>
          <span class="page-number">{strings.page(pageIndex)}</span>
          <button type="button" disabled={list.next === null} onClick={() => void turn(store.nextPage)}>
            {strings.next}
          </button>
        </>
      )}
    </nav>
  );
}

function Selection({ store }: { store: Store }) {
  const selected = store.ticked.value.size;
  return store.seesTicks.value && selected > 0 ? (
    <span class="selection">
      {strings.selected(selected, store.tickedElsewhere.value)}
      <button type="button" class="link" onClick={store.clearTicks}>
        {strings.clearSelection}
      </button>
    </span>
  ) : null;
}

export function Toolbar({ store, shown }: { store: Store; shown: ShownColumns }) {
  return (
    <div class="toolbar">
      <SearchBox store={store} />
      <AccountChooser store={store} />
      <ColumnsMenu store={store} shown={shown} />
      <Selection store={store} />
      <Pages store={store} />
    </div>
  );
}
