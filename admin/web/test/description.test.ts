// The mock that the page is tested with speaks as admin/openapi.json says.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { inventSession, inventSessions } from "../dev/mock_sessions.mjs";
import type { Manner } from "../src/api.js";
import { mockPage } from "./mock.js";

const description = JSON.parse(readFileSync(path.resolve("../openapi.json"), "utf8")) as object;
const ajv = new Ajv2020({ allErrors: true, strict: false, validateFormats: false });
ajv.addSchema({ $id: "openapi:", ...description });

function assertIs(schema: string, value: unknown) {
  const validate = ajv.getSchema(`openapi:#/components/schemas/${schema}`);
  assert.ok(validate, schema);
  assert.ok(validate(value), `${schema}: ${ajv.errorsText(validate.errors)}`);
}

const plain: Manner = { reason: "", message: "", when: "now", minutes: null };
const page = { account: "", limit: 100, cursor: null };

test("every answer of the mock is as described", async () => {
  const { api, state } = mockPage({ role: "admin", sessions: inventSessions(30) });
  assertIs("WhoAsks", await api.whoAmI());
  assertIs("Health", await api.health());
  const list = await api.sessions({ sort: { key: "started", descending: true }, limit: 9, cursor: null, filter: {}, account: "" });
  assertIs("SessionList", list.answer);
  assertIs("SessionDetails", await api.session(list.answer.sessions[0]?.ref ?? ""));
  assertIs("Usage", await api.usage(""));
  assertIs("UsageMinutes", await api.minutes("", state.now().slice(0, 10)));
  assertIs("UsagePeak", await api.peak(state.now().slice(0, 10), page));
  for (const [kind, schema] of [
    ["history", "HistoryList"],
    ["ended", "EndedList"],
    ["audit", "AuditList"],
  ] as const) {
    const { kind: _, sessions, entries, ...others } = await api.record(kind, {}, page);
    assertIs(schema, { ...others, ...(kind === "audit" ? { entries } : { sessions }) });
  }
  assertIs("Erased", await mockPage({ role: "admin" }).api.erase({ agent: "ada", account: "" }));
  const [open] = list.answer.sessions.filter(({ instances }) => instances > 0);
  assertIs("TerminatedRefs", await api.terminate([open?.ref ?? ""], { ...plain, when: "finished", minutes: 5 }));
  assertIs("SessionDetails", await api.session(open?.ref ?? ""));
  assertIs("KeptRefs", await api.keep([open?.ref ?? "", inventSession(0).ref]));
  assertIs("TerminatedMany", await api.terminateMatching({}, "", 30, { ...plain, when: "finished" }));
});

test("what the page sends to end sessions, and to keep them, is as described", async () => {
  const { api, state } = mockPage({ role: "admin", sessions: inventSessions(3) });
  const words: Manner = { ...plain, reason: "why", message: "bye" };
  await api.terminate([inventSession(0).ref], words);
  await api.terminateMatching({ agent: "", idle_gt: "5m", multiple: "1", state: "active" }, "acme", 1, { ...words, when: "finished", minutes: 90 }).catch(() => {});
  await api.terminateMatching({}, "", 3, { ...plain, when: "finished" }).catch(() => {});
  await api.keep([inventSession(1).ref]);
  const [refs, ...filters] = state.terminations;
  assertIs("TerminateRefs", refs);
  assertIs("KeepRequest", state.keeps[0]);
  for (const filter of filters) {
    assertIs("TerminateFilter", filter);
  }
  assert.equal(filters.length, 2);
});
