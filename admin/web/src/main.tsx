import { render } from "preact";
import { createApi } from "./api.js";
import { createStore } from "./store.js";
import { App } from "./ui/app.js";
import { loadShownColumns } from "./ui/columns.js";

const kTryAgainMs = 5_000;

const store = createStore(createApi((input, init) => fetch(input, init)));
const page = document.getElementById("page");
if (page) {
  render(<App store={store} shown={loadShownColumns()} />, page);
}
void store.refresh();

// While the server is away or in trouble, look for it now and then; a hidden page does not.
setInterval(() => {
  if (store.problem.value?.passing && !store.busy.value && document.visibilityState === "visible") {
    void store.refresh();
  }
}, kTryAgainMs);
