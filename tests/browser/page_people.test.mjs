// Whose sessions the Active Agents page lists, and who gets to see and end them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { afterList, agents, confirm, figure, headers, refresh, refs, rowOf, terminate, tickOf } from "./support/active_agents_page.mjs";
import { pageTest } from "./support/browser.mjs";
import { eventually } from "./support/eventually.mjs";
import { startServer } from "./support/server.mjs";
import { AgentBrowser } from "./support/sessions.mjs";

const agentOf = (server, account = "acme") => new AgentBrowser(new URL(server.url).origin, { "X-Test-Account": account });

// Who it is

pageTest("a Guest who logs in keeps the row and its start", { scenario: {} }, async ({ page, server }) => {
  const agent = agentOf(server);
  await agent.navigate("/app");
  await agent.navigate("/app");
  await afterList(page, () => refresh(page).click());
  assert.deepEqual(await agents(page), ["Guest"]);
  // Its ref is another one, since the cookie is renewed.
  const starts = () => page.locator(".scroller tbody tr .column-started").allInnerTexts();
  const before = await starts();
  await agent.navigate("/app?login=ada");
  await afterList(page, () => refresh(page).click());
  assert.deepEqual(await agents(page), ["ada"]);
  assert.deepEqual(await starts(), before);
  agent.close();
});

pageTest("another name on the same cookie ends the session and begins one for the new name", { scenario: {} }, async ({ page, server }) => {
  const kiosk = agentOf(server);
  await kiosk.navigate("/app?login=ada");
  await kiosk.navigate("/app?login=ada");
  await afterList(page, () => refresh(page).click());
  const [adas] = await refs(page);
  await kiosk.navigate("/app?login=bob");
  await kiosk.navigate("/app");
  await afterList(page, () => refresh(page).click());
  assert.deepEqual(await agents(page), ["bob"]);
  assert.notEqual((await refs(page))[0], adas);
  await page.getByRole("button", { name: "Ended Sessions" }).click();
  await eventually(
    async () => {
      await refresh(page).click();
      return page.locator(".scroller tbody tr").allInnerTexts();
    },
    (ended) => {
      assert.equal(ended.length, 1);
      assert.match(ended[0], /^ada\s.*logged out/s);
    },
  );
  kiosk.close();
});

pageTest(
  "the session that follows a terminated one of the same browser takes over its Agent Id",
  { scenario: {}, context: { extraHTTPHeaders: { "X-Test-Account": "acme" } }, outside: true, failedLoads: true },
  async ({ page, server, context }) => {
    const application = await context.newPage();
    await application.goto(`${server.application}?login=ada`);
    await application.goto(`${server.application}?login=ada`);
    await afterList(page, () => refresh(page).click());
    const [first] = await refs(page);
    await tickOf(page, "ada").check();
    await terminate(page).click();
    await confirm(page).click();
    await page.locator(".outcome").waitFor();
    await application.goto(server.application);
    await application.getByRole("link").or(application.getByRole("button")).first().click();
    await application.getByRole("heading", { name: "Application" }).waitFor();
    await eventually(
      async () => {
        await afterList(page, () => refresh(page).click());
        return agents(page);
      },
      (shown) => assert.deepEqual(shown, ["ada you"]), // The admin's own browser is the agent's, here.
    );
    assert.notEqual((await refs(page))[0], first);
  },
);

// Order

pageTest(
  "a Guest sorts as the text Guest, and ties go by reference",
  { scenario: { sessions: ["gustav", null, "gudrun", "ada", null, null].map((agent) => ({ agent })) } },
  async ({ page }) => {
    await afterList(page, () => page.locator("thead .column-agent button").click());
    assert.deepEqual(await agents(page), ["ada", "gudrun", "Guest", "Guest", "Guest", "gustav"]);
    const ascending = (await refs(page)).slice(2, 5);
    assert.deepEqual(ascending, [...ascending].sort());
    await afterList(page, () => page.locator("thead .column-agent button").click());
    assert.deepEqual(await agents(page), ["gustav", "Guest", "Guest", "Guest", "gudrun", "ada"]);
    assert.deepEqual((await refs(page)).slice(1, 4), ascending);
  },
);

pageTest("Open Interactions have no control to sort by, and the API refuses it with a clear error", { scenario: {} }, async ({ page, context }) => {
  assert.equal(await page.locator("thead .column-interactions button").count(), 0);
  const refused = await context.request.get(new URL("api/1/sessions?sort=interactions", page.url()).href);
  assert.equal(refused.status(), 400);
  const { code, detail } = await refused.json();
  assert.equal(code, "sort_not_supported");
  assert.ok(detail.length > 20, detail);
  await page.goto(`${page.url()}?sort=interactions`);
  await page.locator(".empty").waitFor();
  assert.equal(await page.locator("thead .column-started").getAttribute("aria-sort"), "descending", "the default instead");
});

// Who may

pageTest(
  "an admin of one account sees, counts and ends nothing of another, by no guess of an id",
  { scenario: { sessions: [{ agent: "ada" }, { agent: "bob", account: "beta" }] }, failedLoads: true },
  async ({ page, server, context }) => {
    const everything = await (await fetch(new URL("/elsewhere/api/1/sessions", server.url))).json();
    const { ref } = everything.sessions.find(({ agent }) => agent === "bob");
    assert.equal(everything.total, 2);
    assert.deepEqual(await agents(page), ["ada"]);
    assert.match((await figure(page, "Current")).value, /^1 of /);
    assert.equal(await page.locator(".listed").innerText(), "1 session");
    assert.ok(!(await headers(page)).includes("Account"));
    await afterList(page, () => page.getByRole("searchbox").fill("bob"));
    assert.deepEqual(await agents(page), []);

    const ask = (path, data) => {
      const url = new URL(`api/1/${path}`, server.url).href;
      return data ? context.request.post(url, { data }) : context.request.get(url);
    };
    assert.equal((await ask(`sessions/${ref}`)).status(), 404);
    assert.equal((await ask("sessions?account=beta")).status(), 404);
    assert.equal((await ask("usage?account=beta")).status(), 404);
    assert.equal((await context.request.delete(new URL(`api/1/sessions/${ref}`, server.url).href)).status(), 404);
    assert.deepEqual((await (await ask("sessions/terminate", { refs: [ref] })).json()).results, [{ ref, result: "not_found" }]);
    assert.equal((await ask("sessions/terminate", { filter: { account: "beta" } })).status(), 404);
    const still = await (await fetch(new URL("/elsewhere/api/1/sessions", server.url))).json();
    assert.equal(still.total, 2);

    await page.goto(`${server.url}?account=beta`);
    assert.match(await page.getByRole("alert").innerText(), /Code: account_not_found/);
    assert.equal(await page.locator(".scroller").count(), 0);
  },
);

for (const [lacking, scenario, code] of [
  [" role", { role: '""' }, "role_missing"],
  [" role of a known name", { role: "agent" }, "role_missing"],
  ["n account", { accounts: ['""'] }, "account_missing"],
]) {
  test(`without a${lacking} nobody reaches the page or the API`, async () => {
    const server = await startServer({ ...scenario, sessions: [{ agent: "ada" }] });
    try {
      for (const path of ["", "api/1/", "api/1/sessions", "api/1/usage", "api/1/history", "api/1/sessions.csv"]) {
        const response = await fetch(server.url + path);
        assert.equal(response.status, 403, path);
        assert.equal((await response.json()).code, code, path);
      }
    } finally {
      await server.close();
    }
  });
}

pageTest(
  "looking at the page is never tracked, counted or blocked",
  { scenario: {}, context: { extraHTTPHeaders: { "X-Test-Account": "acme" } } },
  async ({ page, context, server, requests }) => {
    for (let visit = 0; visit < 3; ++visit) {
      await page.reload();
      await page.locator(".empty").waitFor();
    }
    assert.deepEqual(await context.cookies(), []);
    assert.equal((await figure(page, "Current")).value, "0 of 50");
    assert.equal(await page.locator(".untracked").count(), 0);
    assert.ok(requests.length > 10);
    const browser = agentOf(server);
    await browser.navigate("/app");
    await browser.navigate("/app?login=ada");
    await afterList(page, () => refresh(page).click());
    await server.end(await rowOf(page, "ada").getAttribute("data-ref"));
    const blocked = await browser.navigate("/app");
    assert.equal(blocked.statusCode, 403);
    const seen = await browser.navigate(new URL(server.url).pathname);
    assert.equal(seen.statusCode, 200, "not even with the cookie of an ended session");
    browser.close();
  },
);

// Erasing

const erase = (page) => page.getByRole("button", { name: "Erase this agent’s name…" });
const details = (page, agent) => rowOf(page, agent).getByRole("button", { name: agent }).click();

pageTest(
  "an admin erases an agent's name, once told what that does, and a pseudonym stands in its place everywhere",
  { scenario: { role: "admin", sessions: [{ agent: "ada" }, { agent: "zoe" }] } },
  async ({ page, api, requests }) => {
    await tickOf(page, "zoe").check();
    await details(page, "ada");
    await erase(page).click();
    const question = page.getByRole("dialog", { name: "Erase “ada”?" });
    const words = await question.innerText();
    for (const told of [
      /pseudonym takes the place of the name “ada” in the list, the history and the audit/,
      /address and the browser of this agent’s sessions are removed/,
      /Counts and figures stay/,
      /can’t be undone/,
      /terminate this agent’s sessions first, and disable the account/,
    ]) {
      assert.match(words, told);
    }
    assert.ok(await question.getByRole("button", { name: "Cancel" }).evaluate((button) => button === document.activeElement));
    await question.getByRole("button", { name: "Cancel" }).click();
    assert.equal(requests.some((request) => request.method() === "POST"), false);
    assert.deepEqual((await agents(page)).sort(), ["ada", "zoe"]);

    await erase(page).click();
    await question.getByRole("button", { name: "Erase the name" }).click();
    const done = await question.getByRole("status").innerText();
    const [, pseudonym] = /^The name is erased\. In its place stands “(.+)”\. (No file holds the name any more|What is on disk follows as soon as it can be written)\.$/.exec(done);
    await question.getByRole("button", { name: "Close" }).click();
    assert.deepEqual(await agents(page), ["zoe", pseudonym]);
    assert.match(await page.locator(".selection").innerText(), /^1 selected/, "ticks stay");
    const sent = requests.filter((request) => request.method() === "POST").map((request) => request.postDataJSON());
    assert.deepEqual(sent, [{ agent: "ada", account: "acme" }]);
    const { sessions } = await api(`history?agent=${encodeURIComponent(pseudonym)}`);
    assert.deepEqual(sessions.map(({ agent }) => agent), [pseudonym]);
    assert.equal((await api("history?agent=ada")).filtered, 0);
    await page.getByRole("button", { name: "Audit" }).click();
    await eventually(
      async () => {
        await refresh(page).click();
        return page.locator(".scroller tbody").innerText();
      },
      (entries) => {
        assert.match(entries, /anna\s+admin\s+.*erase/s);
        assert.doesNotMatch(entries, /ada/);
      },
    );
  },
);

pageTest(
  "the name of somebody whose sessions are over is erased from the history's list",
  { scenario: { role: "admin", sessions: [{ agent: "ada" }] } },
  async ({ page, server }) => {
    await server.end(await rowOf(page, "ada").getAttribute("data-ref"));
    await page.getByRole("button", { name: "Ended Sessions" }).click();
    assert.equal(await erase(page).count(), 0, "nobody is named yet");
    await page.getByRole("textbox", { name: "Agent Id" }).fill("ada");
    await eventually(
      async () => {
        await refresh(page).click();
        return page.locator(".scroller tbody th").allInnerTexts();
      },
      (shown) => assert.deepEqual(shown, ["ada"]),
    );
    await erase(page).click();
    await page.getByRole("dialog").getByRole("button", { name: "Erase the name" }).click();
    await page.getByRole("dialog").getByRole("status").waitFor();
    await page.keyboard.press("Escape");
    await eventually(
      async () => {
        await refresh(page).click();
        return page.locator(".empty").count();
      },
      (empty) => assert.equal(empty, 1),
    );
  },
);

for (const [who, scenario] of [
  ["an operator", {}],
  ["an admin of a read-only endpoint", { role: "admin", write: false }],
]) {
  pageTest(`${who} is offered no erasure`, { scenario: { ...scenario, sessions: [{ agent: "ada" }] } }, async ({ page }) => {
    await details(page, "ada");
    await page.getByRole("button", { name: "This agent’s sessions" }).waitFor();
    assert.equal(await erase(page).count(), 0);
  });
}
