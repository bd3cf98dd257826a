import assert from "node:assert/strict";
import { test } from "node:test";
import { inventSession } from "../dev/mock_sessions.mjs";
import { mockPage } from "./mock.js";

const ada = { ...inventSession(0), agent: "ada", account: "acme" };
const person = { agent: "ada", account: "acme" };

test("only an admin who may change something erases", async () => {
  for (const [role, write, may] of [
    ["admin", true, true],
    ["admin", false, false],
    ["operator", true, false],
    ["viewer", true, false],
  ] as const) {
    const { store } = mockPage({ role, write });
    await store.refresh();
    assert.equal(store.mayErase.value, may, `${role} ${write}`);
  }
});

test("an erased name is gone from the list, and its pseudonym is told", async () => {
  const { store, requests } = mockPage({ role: "admin", sessions: [ada, { ...inventSession(1), agent: "zoe" }] });
  await store.refresh();
  await store.open(ada);
  store.askErasure(person);
  assert.equal(requests.some(({ path }) => path === "erase"), false, "nothing happens before the answer");
  await store.erase();
  assert.equal(store.opened.value, null, "the drawer would show the old name");
  const pseudonym = store.erasure.value?.result?.pseudonym ?? "";
  assert.notEqual(pseudonym, "");
  assert.deepEqual(requests.find(({ path }) => path === "erase")?.method, "POST");
  assert.deepEqual(store.list.value?.sessions.map(({ agent }) => agent).sort(), [pseudonym, "zoe"].sort());
  store.closeErasure();
  assert.equal(store.erasure.value, null);
});

test("a refused erasure is explained, and can be tried again", async () => {
  const { store, state } = mockPage({ role: "admin", sessions: [ada] });
  await store.refresh();
  state.role = "operator";
  store.askErasure(person);
  await store.erase();
  assert.equal(store.erasure.value?.problem?.code, "role_insufficient");
  assert.equal(store.erasure.value?.pending, false);
  state.role = "admin";
  await store.erase();
  assert.equal(store.erasure.value?.problem, null);
});

test("nothing is asked for twice, and a question that is on its way is not closed", async () => {
  const { store, requests, gate } = mockPage({ role: "admin", sessions: [ada] });
  await store.refresh();
  store.askErasure(person);
  let go = () => {};
  gate.wait = new Promise((resolve) => {
    go = () => resolve();
  });
  const erased = Promise.all([store.erase(), store.erase()]);
  store.closeErasure();
  assert.equal(store.erasure.value?.pending, true);
  gate.wait = null;
  go();
  await erased;
  assert.equal(requests.filter(({ path }) => path === "erase").length, 1);
});
