// The columns after the seed's four: which exist, and which the viewer of this browser wants to see.

import { signal } from "@preact/signals";
import type { SortKey } from "../types.js";

export type OptionalColumn = Extract<SortKey, "account" | "last_seen" | "label" | "address" | "user_agent" | "state">;

export const optionalColumns: readonly OptionalColumn[] = ["account", "last_seen", "label", "address", "user_agent", "state"];

const kStorageKey = "agent-sessions.hidden-columns";

function stored(): string[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(kStorageKey) ?? "[]");
    return Array.isArray(value) ? value.map(String) : [];
  } catch {
    return [];
  }
}

export type ShownColumns = ReturnType<typeof loadShownColumns>;

export function loadShownColumns() {
  const hidden = signal<ReadonlySet<string>>(new Set(stored()));
  return {
    isShown: (column: OptionalColumn) => !hidden.value.has(column),
    show: (column: OptionalColumn, on: boolean) => {
      const changed = new Set(hidden.value);
      if (on) {
        changed.delete(column);
      } else {
        changed.add(column);
      }
      hidden.value = changed;
      try {
        localStorage.setItem(kStorageKey, JSON.stringify([...changed]));
      } catch {
        // Storage may be forbidden; the choice then lasts as long as the page.
      }
    },
  };
}
