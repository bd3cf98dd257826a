// What the page knows of the live sessions, as signals, and everything it can do to them. No DOM here.

import type { Api } from "./api.js";
import { createPaging } from "./paging.js";
import { createAsker } from "./store/asker.js";
import { createDrawer } from "./store/drawer.js";
import { createErasure } from "./store/erasure.js";
import { createKeeping } from "./store/keeping.js";
import { createLoading } from "./store/loading.js";
import { createShownOutcome } from "./store/outcome.js";
import { createSelection } from "./store/selection.js";
import { createShownList } from "./store/shown_list.js";
import { createShownView } from "./store/shown_view.js";
import { createTermination } from "./store/termination.js";
import { createUsageGraph } from "./store/usage_graph.js";
import { createViewChanges } from "./store/view_changes.js";
import type { SessionList } from "./types.js";
import { type View, plainView } from "./view.js";

export type Store = ReturnType<typeof createStore>;

export function createStore(api: Api, initial: View = plainView) {
  const refresh = (): Promise<void> => loading.load();

  const asker = createAsker();
  const shownView = createShownView(initial);
  const shownList = createShownList((fresh) => selection.followList(fresh, isWhole(fresh.answer)));
  const paging = createPaging(() => shownList.list.value?.next, refresh);
  const selection = createSelection(api, shownView, shownList);
  const viewChanges = createViewChanges(shownView, paging, selection, refresh);
  const shownOutcome = createShownOutcome();
  const termination = createTermination(api, selection, asker, shownOutcome, refresh);
  const drawer = createDrawer(api);
  const keeping = createKeeping(api, { ...asker, selection, shownOutcome }, drawer.close, refresh);
  const erasure = createErasure(api, drawer.close, refresh);
  const graph = createUsageGraph(api, shownView);
  const loading = createLoading(api, { asker, shownView, shownList, paging, graph });

  /** A list of all sessions that there are. */
  function isWhole({ next }: SessionList): boolean {
    const { isFiltered, account } = shownView;
    return next === null && paging.isFirstPage() && !isFiltered.value && account.value === "";
  }

  return {
    ...asker,
    ...shownView,
    ...viewChanges,
    ...shownList,
    ...paging,
    ...selection,
    ...shownOutcome,
    ...termination,
    ...drawer,
    ...keeping,
    ...erasure,
    ...graph,
    ...loading,
    refresh,
    /** The list changes by itself: rows that somebody aims at stay where they are. */
    refreshUnasked: () => loading.load({ unasked: true }),
  };
}
