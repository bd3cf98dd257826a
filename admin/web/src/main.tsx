import { effect } from "@preact/signals";
import { render } from "preact";
import { createApi } from "./api.js";
import { createRecordStore } from "./record_store.js";
import { createStore } from "./store.js";
import { App } from "./ui/app.js";
import { loadShownColumns } from "./ui/columns.js";
import { queryOf, viewOf } from "./view.js";

const kTryAgainMs = 5_000;

const api = createApi((input, init) => fetch(input, init));
const store = createStore(api, viewOf(location.search));
const record = createRecordStore(api);
const page = document.getElementById("page");
if (page) {
  render(<App store={store} record={record} shown={loadShownColumns()} />, page);
}
void store.refresh();

// The view stands in the address: another tab of it is a step back and forth, everything else is not.
let shownTab = store.view.value.tab;
effect(() => {
  const view = store.view.value;
  const address = location.pathname + queryOf(view);
  if (address === location.pathname + location.search) {
    return;
  }
  if (view.tab === shownTab) {
    history.replaceState(null, "", address);
  } else {
    history.pushState(null, "", address);
  }
  shownTab = view.tab;
});
addEventListener("popstate", () => {
  const view = viewOf(location.search);
  shownTab = view.tab;
  void store.show(view);
});

const isShown = () => document.visibilityState === "visible";

// While the server is away or in trouble, look for it now and then; a hidden page does not.
setInterval(() => {
  if (store.problem.value?.passing && !store.busy.value && isShown()) {
    void store.refresh();
  }
}, kTryAgainMs);

// Live: the list follows by itself while it is seen.
let timer: ReturnType<typeof setInterval> | undefined;
const look = () => {
  if (isShown() && !store.busy.value && store.view.value.tab === "active" && !store.question.value) {
    void store.refreshUnasked();
  }
};
let period = 0;
effect(() => {
  if (store.view.value.live !== period) {
    period = store.view.value.live;
    clearInterval(timer);
    timer = period > 0 ? setInterval(look, period * 1000) : undefined;
  }
});
document.addEventListener("visibilitychange", () => period > 0 && look());
