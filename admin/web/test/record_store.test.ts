import assert from "node:assert/strict";
import { test } from "node:test";
import { inventSessions } from "../dev/mock_sessions.mjs";
import { createRecordStore } from "../src/record_store.js";
import { mockPage } from "./mock.js";

test("a list of what has been is asked for with its conditions", async () => {
  const { api, requests } = mockPage({ sessions: inventSessions(9) });
  const record = createRecordStore(api);
  await record.show("ended", { reason: "idle", from: "2026-03-03T13:05:00.000Z" }, "acme");
  const [asked] = requests;
  assert.equal(asked?.path, "ended");
  assert.deepEqual(Object.fromEntries(asked?.parameters ?? []), {
    reason: "idle",
    from: "2026-03-03T13:05:00.000Z",
    account: "acme",
    limit: "100",
  });
  assert.equal(record.list.value?.kind, "ended");
  assert.equal(record.list.value?.sessions.length, 9);
});

test("another list takes the place of the one before, never its rows", async () => {
  const { api, instead } = mockPage({ sessions: inventSessions(9) });
  const record = createRecordStore(api);
  await record.show("ended", {}, "");
  instead.answer = new TypeError("fetch failed");
  await record.show("audit", {}, "");
  assert.equal(record.list.value, null);
  assert.equal(record.problem.value?.away, true);
});

test("a history that can't be had is told, and keeps what was shown", async () => {
  const { api, instead } = mockPage({ sessions: inventSessions(9) });
  const record = createRecordStore(api);
  await record.show("ended", {}, "");
  instead.answer = new Response(
    JSON.stringify({ title: "The history is not there", detail: "", code: "history_unavailable" }),
    { status: 503, headers: { "Content-Type": "application/problem+json" } },
  );
  await record.refresh();
  assert.equal(record.problem.value?.code, "history_unavailable");
  assert.equal(record.list.value?.sessions.length, 9);
});
