import assert from "node:assert/strict";
import { test } from "node:test";
import { type View, plainView, queryOf, viewOf } from "../src/view.js";

test("the plain view has no query, and no query is the plain view", () => {
  assert.equal(queryOf(plainView), "");
  assert.deepEqual(viewOf(""), plainView);
});

test("a view can be sent to a colleague: its query gives it again", () => {
  const views: Partial<View>[] = [
    { sort: { key: "agent", descending: false }, account: "a&b=c" },
    { filter: { q: "ü <x>", agent: "", idle_gt: "5m", multiple: "1" }, live: 15, times: "utc" },
    { month: "2026-10", day: "2026-10-03", times: "browser" },
    { tab: "ended", record: { from: "2026-03-03T13:05:00.000Z", reason: "administrator", by: "anna" } },
    { tab: "history", record: { at: "2026-03-03T13:05:00.000Z", agent: "" } },
  ];
  for (const changes of views) {
    const view = { ...plainView, ...changes };
    assert.deepEqual(viewOf(queryOf(view)), view);
  }
});

test("a query with nonsense gives what is left without it", () => {
  const nonsense = "?tab=x&sort=-interactions&live=7&times=mars&month=2026&day=today&unknown=1";
  assert.deepEqual(viewOf(nonsense), plainView);
});
