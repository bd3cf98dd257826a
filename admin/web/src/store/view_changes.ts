// The changes of the view that need another list: what is looked for, in which order, of which account.

import { batch } from "@preact/signals";
import type { Paging } from "../paging.js";
import type { FilterName, SortKey } from "../types.js";
import { type View, nextSort } from "../view.js";
import type { Selection } from "./selection.js";
import type { ShownView } from "./shown_view.js";

export function createViewChanges(
  { sort, filter, change }: ShownView,
  paging: Paging,
  { allMatching }: Selection,
  load: () => Promise<void>,
) {
  function fromFirstPage(changes: Partial<View>): Promise<void> {
    batch(() => {
      change(changes);
      paging.toFirstPage();
      allMatching.value = null;
    });
    return load();
  }

  /** Sets a condition of the list, or takes it away (undefined). */
  function filterBy(name: FilterName, value: string | undefined): Promise<void> {
    if (filter.value[name] === value) {
      return Promise.resolve();
    }
    const { [name]: _, ...others } = filter.value;
    return fromFirstPage({ filter: value === undefined ? others : { ...others, [name]: value } });
  }

  return {
    /** Another view altogether, as the address names it. */
    show: (wanted: View) => fromFirstPage(wanted),
    sortBy: (key: SortKey) => fromFirstPage({ sort: nextSort(sort.value, key) }),
    filterBy,
    searchFor: (text: string) => filterBy("q", text.trim() === "" ? undefined : text.trim()),
    clearFilter: () => fromFirstPage({ filter: {} }),
    chooseAccount: (name: string) => fromFirstPage({ account: name }),
  };
}
