// The description of the API and a real server agree.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually } from "./support/eventually.mjs";
import { assertDescribed } from "./support/openapi.mjs";
import { startServer } from "./support/server.mjs";

let server;
before(async () => {
  server = await startServer({
    role: "admin",
    accounts: ["*"],
    sessions: [
      { agent: "ada", interactions: { Billing: 2 }, user_agent: "curl/8.0" },
      { agent: null },
      { agent: "bob", account: "beta" },
      { agent: "zoe" },
    ],
  });
});
after(() => server?.close());

/** Asks, and holds the answer against the description. */
async function ask(path, { method = "GET", body, headers = {} } = {}, base = server.url) {
  const response = await fetch(new URL(path, base), {
    method,
    headers: { ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const name = assertDescribed({
    method,
    path: `/${path.split("?")[0]}`,
    status: response.status,
    type: response.headers.get("content-type"),
    body: text,
  });
  return { name, status: response.status, etag: response.headers.get("etag"), text, json: () => JSON.parse(text) };
}

const today = new Date().toISOString().slice(0, 10);
const reads = [
  ...["", "openapi.json", "accounts", "usage", "usage?account=acme", "sessions", "sessions?sort=-agent&limit=2"],
  ...["history", "history?from=2026-01-01T00:00:00Z", "ended", "audit"],
  ...[`usage?from=${today}&to=${today}`, `usage/minutes?day=${today}`, `usage/peak?date=${today}`],
];

test("every answer to a read is as described, and 304 to its own tag", async () => {
  for (const path of reads) {
    const first = await ask(`api/1/${path}`);
    assert.equal(first.status, 200, path);
    // Two workers' clocks differ by a millisecond, so a last activity may show another second once.
    await eventually(
      async () => {
        const { etag } = await ask(`api/1/${path}`);
        return ask(`api/1/${path}`, { headers: { "If-None-Match": etag } });
      },
      ({ status }) => assert.equal(status, 304, path),
    );
    assert.equal((await ask(`api/1/${path}`, { method: "HEAD" })).status, 200, path);
  }
  assert.equal((await ask("health")).status, 200);
  assert.equal((await ask("health/segment")).json().status, "sound");
});

test("letting an agent finish, and keeping the session, are as described", async () => {
  const { sessions } = (await ask("api/1/sessions?agent=ada")).json();
  const [{ ref }] = sessions;
  const post = (path, body, headers) => ask(`api/1/sessions/${path}`, { method: "POST", body, headers });
  for (const manner of [{ when: "finished" }, { in: "5m", message: "Bye" }]) {
    const { results } = (await post("terminate", { refs: [ref], ...manner })).json();
    assert.deepEqual(results, [{ ref, result: "ending" }]);
    const { state, ending } = (await ask(`api/1/sessions/${ref}`)).json();
    assert.deepEqual([state, ending.until === null, ending.message], ["ending", !manner.in, manner.message ?? null]);
  }
  assert.equal((await ask("api/1/sessions?state=ending&sort=-state")).json().filtered, 1);
  assert.equal((await post("terminate", { filter: { agent: "ada" }, when: "finished" })).json().ending, 1);
  const { results } = (await post("keep", { refs: [ref, "0".repeat(32)] })).json();
  assert.deepEqual(results.map(({ result }) => result), ["kept", "not_found"]);
  assert.equal((await post("keep", { refs: [ref] })).json().results[0].result, "not_ending");
  assert.equal((await post("terminate", { refs: [ref], when: "now", in: "5m" })).status, 400);
  assert.equal((await post("keep", { refs: [] })).status, 400);
  assert.equal((await post("keep", { refs: [ref] }, { "Sec-Fetch-Site": "cross-site" })).status, 403);
});

test("a session and its end are as described", async () => {
  const { sessions } = (await ask("api/1/sessions?agent=ada")).json();
  const path = `api/1/sessions/${sessions[0].ref}`;
  assert.equal((await ask(path)).json().open_instances.length, 2);
  assert.equal((await ask(path, { method: "DELETE", body: { reason: "end of shift" } })).status, 204);
  assert.equal((await ask(path)).status, 404);
});

test("an erasure is as described", async () => {
  const erase = (body) => ask("api/1/erase", { method: "POST", body });
  const { pseudonym } = (await erase({ agent: "bob", account: "beta" })).json();
  assert.equal((await ask(`api/1/sessions?agent=${pseudonym}`)).json().filtered, 1);
  for (const [body, status] of [[{}, 400], [{ agent: "bob", account: "none" }, 404], ["[", 400]]) {
    assert.equal((await erase(body)).status, status);
  }
});

test("every way to end many is as described", async () => {
  const { sessions } = (await ask("api/1/sessions?agent=zoe")).json();
  const terminate = (body) => ask("api/1/sessions/terminate", { method: "POST", body });
  assert.equal((await terminate({ refs: [sessions[0].ref, "0".repeat(32)] })).status, 200);
  assert.equal((await terminate({ filter: { agent: null }, expected: 7 })).json().count, 1);
  assert.equal((await terminate({ filter: { agent: null }, expected: 1, message: "Bye" })).status, 200);
  assert.equal((await terminate({ all: true })).status, 200);
});

test("every refusal is as described", async () => {
  const refused = [
    [400, "api/1/sessions?sort=interactions"],
    [400, "api/1/sessions?limit=0"],
    [400, "api/1/sessions?cursor=nonsense"],
    [400, "api/1/sessions?nonsense=1"],
    [400, "api/1/usage?account=%ZZ"],
    [404, "api/1/sessions?account=nobody"],
    [404, "api/1/usage?account=nobody"],
    [400, "api/1/sessions/terminate", { method: "POST", body: "{" }],
    [400, "api/1/sessions/terminate", { method: "POST", body: { refs: [], more: 1 } }],
    [415, "api/1/sessions/terminate", { method: "POST", body: "x", headers: { "Content-Type": "text/plain" } }],
    [413, "api/1/sessions/terminate", { method: "POST", body: `"${"x".repeat(1 << 20)}"` }],
    [403, "api/1/sessions/terminate", { method: "POST", body: {}, headers: { "Sec-Fetch-Site": "cross-site" } }],
  ];
  for (const [status, path, options] of refused) {
    assert.equal((await ask(path, options)).status, status, path);
  }
});

test("the file that is served is the one that the answers are held against", async () => {
  const served = (await ask("api/1/openapi.json")).json();
  assert.equal(served.openapi, "3.1.0");
  const { links } = (await ask("api/1/")).json();
  for (const link of Object.values(links)) {
    const path = new URL(link, "http://described/a/b/api/1/").pathname.replace("/a/b", "").replace("%7B", "{").replace("%7D", "}");
    assert.ok(path === "/" || served.paths[path], `${link} is not described`);
  }
});
