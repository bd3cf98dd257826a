// "When the agent has finished": what is asked for, what comes of it, and how it is taken back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inventSession } from "../dev/mock_sessions.mjs";
import type { Manner } from "../src/api.js";
import { minutesOf } from "../src/ui/when_choice.js";
import { mockPage } from "./mock.js";

const finished: Manner = { reason: "", message: "Lunch", when: "finished", minutes: 5 };
const open = inventSession(1, { agent: "ada", interactions: ["Billing"], instances: 1 });
const idle = inventSession(2, { agent: "bob", interactions: [], instances: 0 });

async function pageWithTicks() {
  const mock = mockPage({ sessions: [open, idle] });
  await mock.store.refresh();
  mock.store.tick(mock.store.list.value?.sessions ?? [], true);
  await mock.store.ask();
  return mock;
}

test("who has something open is let finish, and is listed as ending; who has not, ends at once", async () => {
  const { store, state } = await pageWithTicks();
  await store.terminate(finished);
  assert.deepEqual(
    state.terminations.map(({ when, in: within, message }) => [when, within, message]),
    [["finished", "5m", "Lunch"]],
  );
  assert.deepEqual(store.outcome.value?.counts, { ending: 1, terminated: 1 });
  const [listed, ...others] = store.list.value?.sessions ?? [];
  assert.deepEqual(others, []);
  assert.equal(listed?.state, "ending");
  assert.equal(listed?.ending?.by, "anna");
  assert.equal(listed?.ending?.message, "Lunch");
  assert.equal(Date.parse(listed?.ending?.until ?? "") - Date.parse(listed?.ending?.since ?? ""), 300_000);
});

test("without a limit none is sent", async () => {
  const { store, state } = await pageWithTicks();
  await store.terminate({ ...finished, minutes: null });
  assert.deepEqual(Object.keys(state.terminations[0] ?? {}).sort(), ["message", "refs", "when"]);
  assert.equal(store.list.value?.sessions[0]?.ending?.until, null);
});

test("all that match are told apart as well: how many ended, how many are ending", async () => {
  const { store } = mockPage({ role: "admin", sessions: [open, idle] });
  await store.refresh();
  store.selectAllMatching();
  await store.ask();
  await store.terminate(finished);
  assert.deepEqual(store.outcome.value?.counts, { terminated: 1, ending: 1, already_gone: 0 });
});

test("of the ticked ones those that are ending can be kept, and only they are", async () => {
  const { store, state } = await pageWithTicks();
  assert.deepEqual(store.tickedEnding.value, []);
  await store.terminate(finished);
  state.sessions = [...state.sessions, inventSession(3)];
  await store.refresh();
  store.tick(store.list.value?.sessions ?? [], true);
  assert.deepEqual(store.tickedEnding.value.map(({ ref }) => ref), [open.ref]);
  await store.keep(store.tickedEnding.value);
  assert.deepEqual(state.keeps, [{ refs: [open.ref] }]);
  assert.deepEqual(store.outcome.value?.counts, { kept: 1 });
  assert.deepEqual(store.list.value?.sessions.map(({ state: word }) => word), ["active", "active"]);
  assert.deepEqual(store.tickedEnding.value, []);
  assert.equal(store.ticked.value.size, 1, "who was not ending stays ticked");
});

test("a session kept from its details takes them away, one that can't be kept leaves them and says why", async () => {
  const { store, state } = await pageWithTicks();
  await store.terminate(finished);
  const [ending] = store.list.value?.sessions ?? [];
  assert.ok(ending);
  await store.open(ending);
  state.write = false;
  await store.keep([ending]);
  assert.equal(store.keepProblem.value?.code, "read_only");
  assert.ok(store.opened.value);
  state.write = true;
  await store.keep([ending]);
  assert.equal(store.keepProblem.value, null);
  assert.equal(store.opened.value, null);
});

test("what ended meanwhile, or was kept by somebody else, is told and no failure", async () => {
  const { store, state } = await pageWithTicks();
  await store.terminate(finished);
  const [ending] = store.list.value?.sessions ?? [];
  assert.ok(ending);
  state.sessions = [{ ...ending, state: "active", ending: null }];
  await store.keep([ending, idle]);
  assert.deepEqual(store.outcome.value?.counts, { not_ending: 1, already_gone: 1 });
});

test("of all that match, those that are ending are kept, on whatever page", async () => {
  const sessions = Array.from({ length: 1_200 }, (_, index) => inventSession(index, { interactions: ["Billing"], instances: 1 }));
  const { store, state } = mockPage({ role: "admin", sessions });
  await store.refresh();
  store.selectAllMatching();
  await store.ask();
  await store.terminate(finished);
  state.sessions = [...state.sessions, inventSession(5_000)];
  await store.refresh();
  store.selectAllMatching();
  assert.ok(store.allMatching.value);
  await store.keepMatching(store.allMatching.value);
  assert.deepEqual(store.outcome.value?.counts, { kept: 1_200 });
  assert.ok(state.sessions.every(({ ending }) => ending === null));
  assert.equal(store.allMatching.value, null);
});

test("who may change nothing keeps nobody", async () => {
  const { store, state } = mockPage({ sessions: [open], role: "viewer" });
  await store.refresh();
  await store.keep([open]);
  assert.deepEqual(state.keeps, []);
});

test("minutes are whole ones, up to a day, or none at all", () => {
  const typed = (minutes: string) => minutesOf({ finished: true, minutes });
  assert.equal(typed("5"), 5);
  assert.equal(typed(" 1440 "), 1440);
  assert.equal(typed(""), null);
  for (const wrong of ["0", "1441", "1.5", "-1", "five", "1e2"]) {
    assert.equal(typed(wrong), undefined, wrong);
  }
});
