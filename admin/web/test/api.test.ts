import assert from "node:assert/strict";
import { test } from "node:test";
import { type Problem, createApi, csvOf, problemOf } from "../src/api.js";

async function problemFrom(response: Response | Error): Promise<Problem> {
  const api = createApi(() => (response instanceof Error ? Promise.reject(response) : Promise.resolve(response)));
  try {
    await api.whoAmI();
  } catch (failure) {
    return problemOf(failure);
  }
  throw new Error("nothing was refused");
}

const html = { headers: { "Content-Type": "text/html" } };

test("a problem document is shown with its title, detail and code", async () => {
  const body = JSON.stringify({ title: "No", detail: "Because.", code: "because" });
  const problem = await problemFrom(
    new Response(body, { status: 403, headers: { "Content-Type": "application/problem+json" } }),
  );
  assert.deepEqual(problem, { title: "No", detail: "Because.", code: "because", status: 403, away: false, passing: false });
});

test("what answers without a problem document is named by its status", async () => {
  assert.match((await problemFrom(new Response("<h1>", { status: 500, ...html }))).title, /500/);
  assert.match((await problemFrom(new Response("<h1>", { status: 401, ...html }))).title, /logged in/);
  const broken = new Response("{broken", { status: 403, headers: { "Content-Type": "application/problem+json" } });
  assert.match((await problemFrom(broken)).title, /403/);
});

test("no answer and a gateway's error mean that the server is away", async () => {
  assert.equal((await problemFrom(new TypeError("fetch failed"))).away, true);
  assert.equal((await problemFrom(new Response("<h1>", { status: 502, ...html }))).away, true);
});

test("a login page in place of the answer is no list", async () => {
  const problem = await problemFrom(new Response("<form>", { status: 200, ...html }));
  assert.equal(problem.away, false);
  assert.match(problem.detail, /login page/);
});

test("every URL is relative to the page, and text is encoded", async () => {
  const asked: string[] = [];
  const api = createApi((input) => {
    asked.push(String(input));
    return Promise.resolve(new Response("{}"));
  });
  await api.sessions({
    sort: { key: "agent", descending: true },
    limit: 100,
    cursor: "a/b+c",
    filter: { q: "x&sort=y ü", agent: "" },
    account: "a&b",
  });
  await api.session("../usage");
  await api.usage("a&b");
  assert.deepEqual(asked, [
    "api/1/sessions?sort=-agent&limit=100&cursor=a%2Fb%2Bc&q=x%26sort%3Dy+%C3%BC&agent=&account=a%26b",
    "api/1/sessions/..%2Fusage",
    "api/1/usage?account=a%26b",
  ]);
});

test("what is known is asked for with its tag, and is the same object where nothing has changed", async () => {
  const tags: (string | null)[] = [];
  let body = { version: "1" };
  let tag = 'W/"one"';
  const api = createApi((_, init) => {
    const brought = new Headers(init?.headers).get("if-none-match");
    tags.push(brought);
    return Promise.resolve(
      brought === tag
        ? new Response(null, { status: 304, headers: { ETag: tag } })
        : new Response(JSON.stringify(body), { headers: { ETag: tag } }),
    );
  });
  const first = await api.whoAmI();
  assert.equal(await api.whoAmI(), first);
  body = { version: "2" };
  tag = 'W/"two"';
  assert.equal((await api.whoAmI()).version, "2");
  assert.deepEqual(tags, [null, 'W/"one"', 'W/"one"']);
});

test("the instant of an unchanged list is that of the answer that said so", async () => {
  let asked = 0;
  const api = createApi(() =>
    Promise.resolve(
      asked++ === 0
        ? new Response(JSON.stringify({ sessions: [], generated_at: "2026-03-03T12:00:00.123Z" }), {
            headers: { ETag: 'W/"x"' },
          })
        : new Response(null, { status: 304, headers: { Date: "Tue, 03 Mar 2026 12:00:05 GMT" } }),
    ),
  );
  const query = { sort: { key: "started", descending: true }, limit: 1, cursor: null, filter: {}, account: "" } as const;
  assert.equal((await api.sessions(query)).asOf, "2026-03-03T12:00:00.123Z");
  assert.equal((await api.sessions(query)).asOf, "2026-03-03T12:00:05.000Z");
});

test("lists can be had as CSV with the same conditions", () => {
  assert.equal(csvOf("ended", { agent: "a&b", account: "" }), "api/1/ended.csv?agent=a%26b");
  assert.equal(csvOf("usage", { account: "acme" }), "api/1/usage.csv?account=acme");
  assert.equal(csvOf("usage", {}), "api/1/usage.csv");
});

test("the file of a list of Guests alone has Guests alone", () => {
  assert.equal(csvOf("sessions", { agent: "", account: "" }), "api/1/sessions.csv?agent=");
  assert.equal(csvOf("history", { agent: "", account: "acme" }), "api/1/history.csv?agent=&account=acme");
});
