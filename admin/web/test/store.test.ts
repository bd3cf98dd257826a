import assert from "node:assert/strict";
import { test } from "node:test";
import { inventSession, inventSessions } from "../dev/mock_sessions.mjs";
import { activeInLastMinute } from "../src/activity.js";
import type { Manner } from "../src/api.js";
import type { Store } from "../src/store.js";
import type { Session } from "../src/types.js";
import { nextSort } from "../src/view.js";
import { mockPage } from "./mock.js";

const atOnce: Manner = { reason: "", message: "", when: "now", minutes: null };
const refs = (sessions: readonly Session[] | undefined) => sessions?.map(({ ref }) => ref) ?? [];

test("the list comes newest first, a hundred rows at a time", async () => {
  const { store, requests } = mockPage({ sessions: inventSessions(101) });
  await store.refresh();
  const listRequest = requests.find(({ path }) => path === "sessions");
  assert.equal(listRequest?.parameters.get("sort"), "-started");
  assert.equal(listRequest?.parameters.get("limit"), "100");
  assert.equal(store.list.value?.sessions.length, 100);
  assert.equal(store.list.value?.total, 101);
});

test("sorting turns around on the same column and begins anew on another", () => {
  assert.deepEqual(nextSort({ key: "started", descending: true }, "started"), { key: "started", descending: false });
  assert.deepEqual(nextSort({ key: "started", descending: true }, "agent"), { key: "agent", descending: false });
  assert.deepEqual(nextSort({ key: "agent", descending: false }, "instances"), { key: "instances", descending: true });
});

test("pages are turned by cursors, back and forth, and sorting begins at the first", async () => {
  const { store } = mockPage({ sessions: inventSessions(250) });
  await store.refresh();
  const first = refs(store.list.value?.sessions);
  await store.nextPage();
  const second = refs(store.list.value?.sessions);
  await store.nextPage();
  assert.equal(store.list.value?.sessions.length, 50);
  assert.equal(store.list.value?.next, null);
  await store.nextPage();
  assert.equal(store.cursors.value.length, 2, "there is no page after the last");
  await store.previousPage();
  assert.deepEqual(refs(store.list.value?.sessions), second);
  await store.sortBy("agent");
  assert.equal(store.cursors.value.length, 0);
  await store.sortBy("started");
  assert.deepEqual(refs(store.list.value?.sessions), first);
});

test("a page whose rows have gone gives way to the page before", async () => {
  const { store, state } = mockPage({ sessions: inventSessions(120) });
  await store.refresh();
  await store.nextPage();
  state.sessions = state.sessions.slice(0, 80);
  await store.refresh();
  assert.equal(store.cursors.value.length, 0);
  assert.equal(store.list.value?.sessions.length, 80);
});

test("a cursor that the server no longer takes leads to the first page", async () => {
  const { store } = mockPage({ sessions: inventSessions(20) });
  store.cursors.value = ["from-another-life"];
  await store.refresh();
  assert.equal(store.cursors.value.length, 0);
  assert.equal(store.problem.value, null);
  assert.equal(store.list.value?.sessions.length, 20);
});

test("ticks survive refresh, sort, search and page turn", async () => {
  const { store } = mockPage({ sessions: inventSessions(250) });
  await store.refresh();
  const chosen = store.list.value?.sessions.slice(0, 2) ?? [];
  store.tick(chosen, true);
  await store.refresh();
  await store.sortBy("instances");
  await store.searchFor("farid");
  await store.searchFor("");
  await store.sortBy("started");
  await store.nextPage();
  assert.deepEqual([...store.ticked.value.keys()], refs(chosen));
  assert.equal(store.tickedElsewhere.value, 2);
  const [one] = chosen;
  assert.ok(one);
  store.tick([one], false);
  assert.equal(store.ticked.value.size, 1);
});

test("the tick of a session that has gone goes with it, once the whole list shows so", async () => {
  const { store, state } = mockPage({ sessions: inventSessions(3) });
  await store.refresh();
  store.tick(store.list.value?.sessions ?? [], true);
  state.sessions = state.sessions.slice(1);
  await store.searchFor("nobody has this name");
  assert.equal(store.ticked.value.size, 3, "a search does not show what has gone");
  await store.searchFor("");
  assert.equal(store.ticked.value.size, 2);
});

test("of two refreshes the later one counts, whichever is answered first", async () => {
  const { store, gate } = mockPage({ sessions: inventSessions(9) });
  await store.refresh();
  let open = () => {};
  gate.wait = new Promise((resolve) => (open = resolve));
  const slow = store.searchFor("nobody has this name");
  gate.wait = null;
  await store.searchFor("");
  open();
  await slow;
  assert.equal(store.list.value?.filtered, 9);
  assert.equal(store.busy.value, false);
});

test("terminating tells the result of each session and lets go of its tick", async () => {
  const { store, state } = mockPage({ sessions: inventSessions(5) });
  await store.refresh();
  const chosen = store.list.value?.sessions.slice(0, 3) ?? [];
  store.tick(chosen, true);
  await store.ask();
  assert.ok(store.question.value);
  const [gone, stranger] = chosen;
  assert.ok(gone && stranger);
  state.sessions = state.sessions.filter(({ ref }: Session) => ref !== gone.ref && ref !== stranger.ref);
  state.gone.add(gone.ref);
  await store.terminate({ ...atOnce, reason: "  shift ended ", message: "Bye,\nuntil\ttomorrow" });
  assert.deepEqual(state.terminations, [{ refs: refs(chosen), reason: "shift ended", message: "Bye, until tomorrow" }]);
  const outcome = store.outcome.value;
  assert.deepEqual(
    outcome?.rows.map(({ result }) => result),
    ["already_gone", "not_found", "terminated"],
  );
  assert.deepEqual(outcome?.counts, { terminated: 1, already_gone: 1, not_found: 1 });
  assert.equal(outcome?.durable, false);
  assert.equal(store.question.value, null);
  assert.equal(store.ticked.value.size, 0);
  assert.equal(store.list.value?.total, 2);
});

test("no reason and no message are not sent as empty ones", async () => {
  const { store, state } = mockPage({ sessions: inventSessions(1) });
  await store.refresh();
  store.tick(store.list.value?.sessions ?? [], true);
  await store.ask();
  await store.terminate({ ...atOnce, reason: " " });
  assert.deepEqual(state.terminations.map(Object.keys), [["refs"]]);
});

test("a refused termination keeps the question, the ticks and says why", async () => {
  const { store, state } = mockPage({ sessions: inventSessions(2) });
  await store.refresh();
  store.tick(store.list.value?.sessions ?? [], true);
  await store.ask();
  state.write = false;
  await store.terminate(atOnce);
  assert.equal(store.question.value?.problem?.code, "read_only");
  assert.equal(store.question.value?.pending, false);
  assert.equal(store.ticked.value.size, 2);
  assert.equal(store.outcome.value, null);
});

test("the question knows how lately each ticked session was active, off the page too", async () => {
  const now = "2026-03-03T12:00:00Z";
  const sessions = inventSessions(150).map((session: Session) => ({ ...session, last_seen: "2026-03-03T11:00:00Z" }));
  const { store, state } = mockPage({ sessions, now: () => now });
  await store.refresh();
  const [early] = store.list.value?.sessions ?? [];
  assert.ok(early);
  store.tick([early], true);
  await store.nextPage();
  state.sessions = state.sessions.map((session: Session) =>
    session.ref === early.ref ? { ...session, last_seen: "2026-03-03T11:59:30Z" } : session,
  );
  await store.ask();
  const ticked = store.ticked.value.get(early.ref);
  assert.ok(ticked && activeInLastMinute(ticked));
});

test("active in the last minute is judged by the server's clock", () => {
  const session = inventSession(1, { last_seen: "2026-03-03T12:00:00Z" });
  assert.equal(activeInLastMinute({ session, seenAt: "2026-03-03T12:01:00Z" }), true);
  assert.equal(activeInLastMinute({ session, seenAt: "2026-03-03T12:01:01Z" }), false);
});

test("a viewer has no ticks, and a read-only endpoint no termination", async () => {
  const viewer = mockPage({ sessions: inventSessions(1), role: "viewer" });
  await viewer.store.refresh();
  assert.equal(viewer.store.seesTicks.value, false);
  assert.equal(viewer.store.mayTerminate.value, false);
  const readOnly = mockPage({ sessions: inventSessions(1), write: false });
  await readOnly.store.refresh();
  assert.equal(readOnly.store.seesTicks.value, true);
  assert.equal(readOnly.store.mayTerminate.value, false);
  readOnly.store.tick(readOnly.store.list.value?.sessions ?? [], true);
  await readOnly.store.ask();
  assert.equal(readOnly.store.question.value, null);
});

test("an admin of several accounts chooses among them; of all accounts, among all that there are", async () => {
  const sessions = [inventSession(1), inventSession(2, { account: "beta" }), inventSession(3, { account: "gamma" })];
  const two = mockPage({ sessions, accounts: ["acme", "beta"] });
  await two.store.refresh();
  assert.deepEqual(two.store.accountChoices.value, ["acme", "beta"]);
  await two.store.chooseAccount("beta");
  assert.deepEqual(refs(two.store.list.value?.sessions), [sessions[1]?.ref]);
  assert.equal(two.store.usage.value?.current, 1);

  const all = mockPage({ sessions, accounts: ["*"] });
  await all.store.refresh();
  await all.store.chooseAccount("gamma");
  assert.deepEqual(all.store.accountChoices.value, ["acme", "beta", "gamma"]);

  const one = mockPage({ sessions });
  await one.store.refresh();
  assert.equal(one.store.severalAccounts.value, false);
});

test("while the server is away the last list stays, and comes up to date when it is back", async () => {
  const { store, state, instead } = mockPage({ sessions: inventSessions(4) });
  await store.refresh();
  instead.answer = new TypeError("fetch failed");
  await store.refresh();
  assert.equal(store.problem.value?.away, true);
  assert.equal(store.list.value?.sessions.length, 4);
  instead.answer = null;
  state.sessions = state.sessions.slice(1);
  state.role = "viewer";
  await store.refresh();
  assert.equal(store.problem.value, null);
  assert.equal(store.list.value?.sessions.length, 3);
  assert.equal(store.who.value?.role, "viewer", "who asks may have changed meanwhile");
});

test("a server in trouble is told, and leaves the list as it was", async () => {
  const { store, instead } = mockPage({ sessions: inventSessions(4) });
  await store.refresh();
  instead.answer = new Response(JSON.stringify({ title: "The session table is busy", detail: "", code: "busy" }), {
    status: 503,
    headers: { "Content-Type": "application/problem+json" },
  });
  await store.refresh();
  assert.equal(store.list.value?.sessions.length, 4);
  assert.equal(store.problem.value?.away, false);
  assert.equal(store.problem.value?.passing, true);
  assert.equal(store.problem.value?.title, "The session table is busy");
});

test("a refusal takes the list away", async () => {
  const { store, instead } = mockPage({ sessions: inventSessions(4) });
  await store.refresh();
  instead.answer = new Response(JSON.stringify({ title: "Forbidden", detail: "No account.", code: "no_account" }), {
    status: 403,
    headers: { "Content-Type": "application/problem+json" },
  });
  await store.refresh();
  assert.equal(store.list.value, null);
  assert.deepEqual(
    [store.problem.value?.title, store.problem.value?.detail, store.problem.value?.code],
    ["Forbidden", "No account.", "no_account"],
  );
});

// Conditions

test("conditions are asked of the server, from the first page, and taken away again", async () => {
  const { store, requests } = mockPage({ sessions: inventSessions(250) });
  await store.refresh();
  await store.nextPage();
  await store.filterBy("agent", "");
  const asked = requests.filter(({ path }) => path === "sessions").at(-1)?.parameters;
  assert.equal(asked?.get("agent"), "");
  assert.equal(asked?.has("cursor"), false);
  assert.ok(store.list.value?.sessions.every(({ agent }) => agent === null));
  assert.equal(store.isFiltered.value, true);
  await store.filterBy("agent", undefined);
  assert.equal(store.list.value?.filtered, 250);
});

test("a condition that stays as it is asks for nothing", async () => {
  const { store, requests } = mockPage({ sessions: inventSessions(3) });
  await store.searchFor("farid");
  const before = requests.length;
  await store.searchFor(" farid ");
  assert.equal(requests.length, before);
});

// All that match

test("all that match are ended by their conditions and their number", async () => {
  const { store, state } = mockPage({ sessions: inventSessions(250) });
  await store.searchFor("farid");
  const matching = store.list.value?.filtered ?? 0;
  store.selectAllMatching();
  assert.equal(store.selectedCount.value, matching);
  await store.ask();
  await store.terminate(atOnce);
  assert.deepEqual(state.terminations, [{ filter: { q: "farid" }, expected: matching }]);
  assert.deepEqual(store.outcome.value?.counts, { terminated: matching, ending: 0, already_gone: 0 });
  assert.equal(store.allMatching.value, null);
  assert.equal(state.sessions.length, 250 - matching);
});

test("where their number has changed nothing is ended, and the question names the new one", async () => {
  const { store, state } = mockPage({ role: "admin", sessions: inventSessions(12) });
  await store.refresh();
  store.selectAllMatching();
  await store.ask();
  state.sessions = [...state.sessions, inventSession(12)];
  await store.terminate(atOnce);
  assert.equal(state.sessions.length, 13);
  assert.equal(store.question.value?.problem?.code, "count_changed");
  assert.equal(store.selectedCount.value, 13);
  await store.terminate(atOnce);
  assert.equal(state.sessions.length, 0);
});

test("only an admin is asked whether everybody is to be ended; an operator's condition narrows it first", async () => {
  for (const [role, narrow, asked] of [
    ["admin", async () => {}, true],
    ["operator", async () => {}, false],
    ["operator", (store: Store) => store.searchFor("farid"), true],
    ["operator", (store: Store) => store.chooseAccount("acme"), true],
  ] as const) {
    const { store } = mockPage({ role, sessions: inventSessions(12), accounts: ["acme", "beta"] });
    await store.refresh();
    await narrow(store);
    store.selectAllMatching();
    assert.equal(store.needsAdmin.value, !asked);
    await store.ask();
    assert.equal(store.question.value !== null, asked, role);
  }
});

test("other conditions, another account or a tick end the selection of all that match", async () => {
  const { store } = mockPage({ sessions: inventSessions(12), accounts: ["acme", "beta"] });
  await store.refresh();
  for (const change of [
    () => store.searchFor("farid"),
    () => store.chooseAccount("acme"),
    () => store.tick(store.list.value?.sessions ?? [], false),
  ]) {
    store.selectAllMatching();
    assert.ok(store.allMatching.value);
    await change();
    assert.equal(store.allMatching.value, null);
  }
});

// Live

test("a list that changes by itself moves no row that somebody aims at, and follows afterwards", async () => {
  const { store, state } = mockPage({ sessions: inventSessions(5) });
  await store.refresh();
  const before = refs(store.list.value?.sessions);
  store.aimAtRows(true);
  const [second] = before.slice(1);
  state.sessions = [
    inventSession(99, { started: "2027-01-01T00:00:00.000Z" }),
    ...state.sessions.slice(1).map((session: Session) => (session.ref === second ? { ...session, instances: 7 } : session)),
  ];
  await store.refreshUnasked();
  assert.deepEqual(refs(store.list.value?.sessions), before);
  assert.equal(store.list.value?.sessions[1]?.instances, 7, "what is new of a row is shown in its place");
  assert.ok(store.held.value);
  store.aimAtRows(false);
  assert.equal(store.held.value, null);
  assert.equal(store.list.value?.sessions[0]?.ref, inventSession(99).ref);
});

test("a refresh that is asked for moves the rows at once", async () => {
  const { store, state } = mockPage({ sessions: inventSessions(5) });
  await store.refresh();
  store.aimAtRows(true);
  state.sessions = state.sessions.slice(2);
  await store.refresh();
  assert.equal(store.list.value?.sessions.length, 3);
});

// The drawer, days and peaks

test("a session is opened with its instances; one that has ended meanwhile says so", async () => {
  const { store, state } = mockPage({ sessions: inventSessions(3) });
  await store.refresh();
  const [session] = store.list.value?.sessions ?? [];
  assert.ok(session);
  await store.open(session);
  assert.equal(store.opened.value?.details?.open_instances.length, session.instances);
  state.sessions = [];
  await store.open(session);
  assert.equal(store.opened.value?.problem?.code, "session_not_found");
  assert.equal(store.opened.value?.session.ref, session.ref);
});

test("a chosen month changes the graph, never the figures", async () => {
  const { store, requests } = mockPage({ sessions: inventSessions(3) });
  await store.refresh();
  const { usage } = store;
  const figures = usage.value?.daily_max;
  await store.chooseMonth("2026-02");
  const asked = requests.filter(({ path }) => path === "usage").at(-1)?.parameters;
  assert.deepEqual([asked?.get("from"), asked?.get("to")], ["2026-02-01", "2026-02-28"]);
  assert.ok(store.monthUsage.value);
  assert.equal(usage.value?.daily_max, figures);
  await store.chooseMonth("");
  assert.equal(store.monthUsage.value, null);
});

test("a day has its curve and who was in its maximum", async () => {
  const { store, state } = mockPage({ sessions: inventSessions(3) });
  await store.refresh();
  const day = state.now().slice(0, 10);
  await store.chooseDay(day);
  assert.equal(store.minutes.value?.max.length, 1440);
  await store.openPeak(day);
  assert.equal(store.peak.value?.answer?.sessions.length, 3);
  await store.chooseDay("");
  assert.equal(store.minutes.value, null);
});

test("health that is red is an answer, not a fault", async () => {
  const { store } = mockPage({ health: ["table_full"] });
  await store.refresh();
  assert.deepEqual(store.health.value, { status: "failing", reasons: ["table_full"] });
  assert.equal(store.problem.value, null);
});
