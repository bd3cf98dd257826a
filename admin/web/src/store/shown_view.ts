// The view that is looked at, and what follows from it.

import { computed, signal } from "@preact/signals";
import { shownZone } from "../times.js";
import type { View } from "../view.js";

export type ShownView = ReturnType<typeof createShownView>;

export function createShownView(initial: View) {
  const view = signal<View>(initial);
  const filter = computed(() => view.value.filter);
  return {
    view,
    sort: computed(() => view.value.sort),
    filter,
    search: computed(() => view.value.filter.q ?? ""),
    account: computed(() => view.value.account),
    isFiltered: computed(() => Object.keys(filter.value).length > 0),
    zoneOf: (accountZone: string) => shownZone(view.value.times, accountZone),
    /** Changes how things are shown; nothing has to be asked for. */
    change: (changes: Partial<View>) => {
      view.value = { ...view.value, ...changes };
    },
  };
}
