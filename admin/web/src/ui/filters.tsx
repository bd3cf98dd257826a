import { useEffect, useRef } from "preact/hooks";
import type { Store } from "../store.js";
import { strings } from "../strings.js";
import type { FilterName } from "../types.js";

const kDebounceMs = 250;
const kIdleMinutes = [1, 5, 15, 30, 60, 240];

const text = strings.filter;

/** A text that is asked for while it is typed. An empty one is no condition. */
function FilterText({ store, name, label }: { store: Store; name: FilterName; label: string }) {
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const set = (value: string, delay: number) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void store.filterBy(name, value === "" ? undefined : value), delay);
  };
  return (
    <label class="field">
      <span>{label}</span>
      <input
        type="text"
        value={store.filter.value[name] ?? ""}
        spellcheck={false}
        autocomplete="off"
        onInput={(event) => set(event.currentTarget.value, kDebounceMs)}
        onKeyDown={(event) => event.key === "Enter" && set(event.currentTarget.value, 0)}
      />
    </label>
  );
}

function FilterSwitch({ store, name, on, label }: { store: Store; name: FilterName; on: string; label: string }) {
  return (
    <label>
      <input
        type="checkbox"
        checked={store.filter.value[name] === on}
        onChange={(event) => void store.filterBy(name, event.currentTarget.checked ? on : undefined)}
      />
      {label}
    </label>
  );
}

/** A menu that closes by Escape and by a click beside it. */
export function Menu({ name, children }: { name: string; children: preact.ComponentChildren }) {
  const menu = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const closeOutside = (event: Event) => {
      if (menu.current?.open && !menu.current.contains(event.target as Node)) {
        menu.current.open = false;
      }
    };
    // Earlier, the page would become shorter below the pointer, and what was pressed would not be clicked.
    document.addEventListener("click", closeOutside);
    return () => document.removeEventListener("click", closeOutside);
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
      <summary>{name}</summary>
      <fieldset>
        <legend class="unseen">{name}</legend>
        {children}
      </fieldset>
    </details>
  );
}

export function FilterMenu({ store }: { store: Store }) {
  const { idle_gt: idle = "" } = store.filter.value;
  const choices = kIdleMinutes.map((minutes) => ({ value: `${minutes}m`, words: text.idleChoice(minutes) }));
  return (
    <Menu name={strings.filters}>
      <FilterText store={store} name="agent" label={text.agent} />
      <FilterSwitch store={store} name="agent" on="" label={text.guests} />
      <FilterText store={store} name="interaction" label={text.interaction} />
      <FilterText store={store} name="address" label={text.address} />
      <FilterText store={store} name="label" label={text.label} />
      <label class="field">
        <span>{text.idle_gt}</span>
        <select
          value={idle}
          onChange={({ currentTarget: { value } }) => void store.filterBy("idle_gt", value === "" ? undefined : value)}
        >
          <option value="">{text.any}</option>
          {idle !== "" && !choices.some(({ value }) => value === idle) && <option value={idle}>{idle}</option>}
          {choices.map(({ value, words }) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <FilterSwitch store={store} name="multiple" on="1" label={text.multiple} />
      <FilterSwitch store={store} name="state" on="ending" label={text.ending} />
    </Menu>
  );
}

const conditionWords = (name: FilterName, value: string): string => {
  switch (name) {
    case "multiple":
      return text.multiple;
    case "agent":
      return value === "" ? text.guests : `${text.agent} ${value}`;
    case "state":
      return value === "ending" ? text.ending : `${text.state} ${value}`;
    case "q":
      return `${strings.search}: ${value}`;
    default:
      return `${text[name]} ${value}`;
  }
};

/** The conditions that hold now, each with the way out of it. */
export function Conditions({ store }: { store: Store }) {
  const conditions = Object.entries(store.filter.value) as [FilterName, string][];
  const listed = conditions.filter(([name]) => name !== "q");
  return listed.length === 0 ? null : (
    <ul class="conditions">
      {listed.map(([name, value]) => (
        <li key={name}>
          <bdi>{conditionWords(name, value)}</bdi>
          <button
            type="button"
            class="link"
            aria-label={text.remove(conditionWords(name, value))}
            onClick={() => void store.filterBy(name, undefined)}
          >
            ×
          </button>
        </li>
      ))}
      <li class="plain">
        <button type="button" class="link" onClick={() => void store.clearFilter()}>
          {text.clear}
        </button>
      </li>
    </ul>
  );
}
