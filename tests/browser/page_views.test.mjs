// Finding, opening and following sessions on the Active Agents page.
import assert from "node:assert/strict";
import { afterList, agents, headers, refresh, refs, rowOf, terminate, tickAll, tickOf, tickedRefs } from "./support/active_agents_page.mjs";
import { pageTest } from "./support/browser.mjs";
import { eventually } from "./support/eventually.mjs";

const threeAgents = {
  sessions: [
    {
      agent: "ada",
      interactions: { Billing: 3, "Address change": 1 },
      user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    },
    { agent: null, interactions: {} },
    { agent: "zoe", interactions: { Billing: 1 } },
  ],
};
const sameAgentTwice = { sessions: [{ agent: "ada" }, { agent: "ada" }, { agent: "zoe" }] };

const filters = (page) => page.locator("summary", { hasText: "Filters" });
const conditions = (page) => page.locator(".conditions li:not(.plain) bdi").allInnerTexts();
const drawer = (page) => page.getByRole("dialog");
const openDetails = (page, agent) => rowOf(page, agent).getByRole("button", { name: agent }).click();
const choose = (page, name, value) => page.getByRole("combobox", { name, exact: true }).selectOption(value);

// Finding

pageTest("the list is narrowed by agent, open interaction and idle time, and each condition can be taken away", { scenario: threeAgents }, async ({ page }) => {
  await filters(page).click();
  await afterList(page, () => page.getByRole("textbox", { name: "Open interaction is" }).fill("Billing"));
  assert.deepEqual((await agents(page)).sort(), ["ada", "zoe"]);
  await afterList(page, () => page.getByRole("textbox", { name: "Agent Id is" }).fill("zoe"));
  assert.deepEqual(await agents(page), ["zoe"]);
  assert.deepEqual(await conditions(page), ["Open interaction is Billing", "Agent Id is zoe"]);
  await page.keyboard.press("Escape");
  assert.equal(await page.getByRole("textbox", { name: "Agent Id is" }).isVisible(), false);
  await afterList(page, () => page.getByRole("button", { name: "Remove the condition Open interaction is Billing" }).click());
  assert.deepEqual(await agents(page), ["zoe"]);
  await afterList(page, () => page.getByRole("button", { name: "Clear filters" }).click());
  assert.equal((await refs(page)).length, 3);

  await filters(page).click();
  await afterList(page, () => choose(page, "Idle for more than", "60m"));
  assert.equal(await page.locator(".empty").innerText(), "No session matches these conditions.");
});

pageTest("what is clicked while a menu is open does what it says, and the menu closes", { scenario: threeAgents }, async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 600 });
  await filters(page).click();
  await afterList(page, () => page.getByRole("checkbox", { name: "Guests only" }).check());
  await page.getByRole("checkbox", { name: "Ending sessions only" }).scrollIntoViewIfNeeded();
  await afterList(page, () => page.getByRole("button", { name: "Remove the condition Guests only" }).click());
  assert.deepEqual(await conditions(page), []);
  assert.equal(await page.getByRole("textbox", { name: "Agent Id is" }).isVisible(), false);
});

pageTest("the list is narrowed by address, also from a session's details", { scenario: threeAgents }, async ({ page }) => {
  await filters(page).click();
  const address = page.getByRole("textbox", { name: "Address is" });
  await afterList(page, () => address.fill("127.0.0"));
  assert.equal(await page.locator(".empty").innerText(), "No session matches these conditions.");
  await afterList(page, () => page.getByRole("button", { name: "Clear filters" }).click());
  await openDetails(page, "zoe");
  await afterList(page, () => drawer(page).getByRole("button", { name: "Sessions from this address" }).click());
  assert.deepEqual(await conditions(page), ["Address is 127.0.0.1"]);
  assert.equal((await refs(page)).length, 3);
});

pageTest("Guests are found among users of any name", { scenario: { sessions: [{ agent: "Guest" }, { agent: null }] } }, async ({ page }) => {
  await filters(page).click();
  await afterList(page, () => page.getByRole("checkbox", { name: "Guests only" }).check());
  assert.equal(await page.locator("tbody .column-agent em").count(), 1);
  assert.equal((await refs(page)).length, 1);
});

pageTest("agents with several sessions are found", { scenario: sameAgentTwice }, async ({ page }) => {
  await filters(page).click();
  await afterList(page, () => page.getByRole("checkbox", { name: "Agents with several sessions" }).check());
  assert.deepEqual(await agents(page), ["ada", "ada"]);
});

pageTest(
  "all that match are selected at once, beyond the page, and ended by their number",
  {
    scenario: {
      total: 500,
      sessions: [{ agent: "stays" }, ...Array.from({ length: 120 }, (_, index) => ({ agent: `goes-${index}` }))],
    },
  },
  async ({ page, api, requests }) => {
    await afterList(page, () => page.getByRole("searchbox").fill("goes-"));
    await tickAll(page).check();
    await page.getByRole("button", { name: "Select all 120 that match" }).click();
    assert.match(await page.locator(".selection").innerText(), /^All 120 that match are selected/);
    await terminate(page).click();
    const question = page.getByRole("dialog");
    assert.equal(await question.getByRole("heading").innerText(), "Terminate 120 sessions?");
    assert.match(await question.innerText(), /and 112 more/);
    await eventually(
      () => question.innerText(),
      (words) => assert.match(words, /120 of them were active in the last minute\./),
    );
    await question.getByRole("button", { name: /^Terminate/ }).click();
    await page.locator(".outcome").waitFor();
    assert.equal(await page.locator(".outcome").getByRole("heading").innerText(), "120 sessions terminated.");
    const { sessions } = await api("sessions");
    assert.deepEqual(sessions.map(({ agent }) => agent), ["stays"]);
    const [sent] = requests.filter((request) => request.method() === "POST").map((request) => request.postDataJSON());
    assert.deepEqual(sent, { filter: { q: "goes-" }, expected: 120 });
  },
);

pageTest(
  "where more match than were selected nothing is ended, and the question names the new number",
  { scenario: { role: "admin", sessions: [{ agent: "one" }, { agent: "two" }], total: 500 }, failedLoads: true },
  async ({ page, server, api }) => {
    for (let index = 0; index < 101; ++index) {
      await server.begin({ agent: `more-${index}` });
    }
    await afterList(page, () => refresh(page).click());
    await tickAll(page).check();
    await page.getByRole("button", { name: "Select all 103 that match" }).click();
    await terminate(page).click();
    const confirmation = page.getByRole("dialog").getByRole("button", { name: /^Terminate/ });
    await eventually(
      () => page.getByRole("dialog").innerText(),
      (words) => assert.match(words, /in the last minute/),
    );
    await server.begin({ agent: "late" });
    await confirmation.click();
    assert.match(await page.getByRole("dialog").getByRole("alert").innerText(), /Code: count_changed/);
    assert.equal((await api("sessions")).total, 104);
    await confirmation.click();
    await page.locator(".outcome").waitFor();
    assert.equal((await api("sessions")).total, 0);
  },
);

// One session

pageTest("a session's details: its instances with their opening times, its browser in words, its last activity", { scenario: threeAgents }, async ({ page, api }) => {
  await openDetails(page, "ada");
  const rows = drawer(page).locator("tbody tr");
  await rows.first().waitFor();
  const [session] = (await api("sessions?agent=ada")).sessions;
  const { open_instances } = await api(`sessions/${session.ref}`);
  assert.deepEqual(
    (await rows.locator("td:first-child").allInnerTexts()).sort(),
    open_instances.map(({ name }) => name).sort(),
  );
  const opened = await rows.locator("td:nth-child(2) time").evaluateAll((times) => times.map(({ dateTime }) => dateTime));
  assert.equal(opened.length, 4);
  const words = await drawer(page).innerText();
  assert.match(words, /Firefox 128 on Linux/);
  assert.match(words, /127\.0\.0\.1/);
  assert.match(words, /Last Activity\s+\d{4}-\d\d-\d\d/);
  const { requests } = await api(`sessions/${session.ref}`);
  assert.ok(requests > 1);
  assert.match(words, new RegExp(`Requests\\s+${requests}\\s`));
  assert.doesNotMatch(words, /probably gone/);
  assert.match(words, new RegExp(session.ref));
});

pageTest("the details close by Escape and give the focus back", { scenario: threeAgents }, async ({ page }) => {
  const name = rowOf(page, "zoe").getByRole("button", { name: "zoe" });
  await name.focus();
  await page.keyboard.press("Enter");
  await drawer(page).waitFor();
  await page.keyboard.press("Escape");
  await drawer(page).waitFor({ state: "hidden" });
  assert.ok(await name.evaluate((button) => button === document.activeElement));
});

pageTest("a session that has ended meanwhile says so in its details", { scenario: threeAgents, failedLoads: true }, async ({ page, server }) => {
  await server.end(await rowOf(page, "zoe").getAttribute("data-ref"));
  await openDetails(page, "zoe");
  await drawer(page).getByText("This session has ended.").waitFor();
});

pageTest("from the details one comes to all sessions of the agent", { scenario: sameAgentTwice }, async ({ page }) => {
  await rowOf(page, "ada").first().getByRole("button", { name: "ada" }).click();
  await afterList(page, () => drawer(page).getByRole("button", { name: "This agent’s sessions" }).click());
  assert.deepEqual(await agents(page), ["ada", "ada"]);
  assert.deepEqual(await conditions(page), ["Agent Id is ada"]);
});

pageTest("a session of which nothing was heard for long is probably gone", { scenario: threeAgents, invented: true }, async ({ page }) => {
  await page.route("**/api/1/sessions/*", async (route) => {
    const response = await route.fetch();
    const json = await response.json();
    await route.fulfill({ response, json: { ...json, last_seen: new Date(Date.now() - 11 * 60_000).toISOString() } });
  });
  await openDetails(page, "zoe");
  await drawer(page).getByText("the agent is probably gone").waitFor();
});

for (const [requests, told] of [
  [1_234_567, /Requests\s+1,234,567\s/],
  [0, /Requests\s+0\s/],
]) {
  pageTest(`${requests} requests of a session are told so in its details`, { scenario: threeAgents, invented: true }, async ({ page }) => {
    await page.route("**/api/1/sessions/*", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), requests } });
    });
    await openDetails(page, "zoe");
    await drawer(page).getByText("Requests").waitFor();
    assert.match(await drawer(page).innerText(), told);
  });
}

pageTest("the row of the admin's own browser is marked", { scenario: threeAgents, context: { extraHTTPHeaders: { "X-Test-Account": "acme" } }, outside: true }, async ({ page, server }) => {
  assert.equal(await page.locator(".own").count(), 0);
  await page.goto(server.application);
  await page.goto(server.application);
  await page.goto(server.url);
  await page.locator("tbody tr").first().waitFor();
  assert.equal((await refs(page)).length, 4);
  assert.equal(await page.locator(".own").count(), 1);
  assert.match(await page.locator("tbody tr").first().innerText(), /^\s*Guest\s*you/);
});

// Live

const setLive = (page, seconds) => choose(page, "Live", String(seconds));
const lists = (requests) => requests.filter((request) => /\/api\/1\/sessions\?/.test(request.url()));

pageTest("live: what begins and ends is shown without a refresh, and ticks stay", { scenario: threeAgents }, async ({ page, server }) => {
  await tickOf(page, "zoe").check();
  await page.mouse.move(5, 5);
  await setLive(page, 5);
  const gone = await rowOf(page, "ada").getAttribute("data-ref");
  await server.begin({ agent: "newcomer" });
  await server.end(gone);
  await eventually(
    () => agents(page),
    (shown) => assert.deepEqual(shown, ["newcomer", "zoe", "Guest"]),
  );
  assert.equal((await tickedRefs(page)).length, 1);
});

pageTest("live: rows stay where they are while somebody aims at them", { scenario: threeAgents }, async ({ page, server }) => {
  const before = await refs(page);
  await setLive(page, 5);
  await rowOf(page, "ada").hover();
  await server.begin({ agent: "newcomer" });
  await page.getByText("The list has changed.").waitFor();
  assert.deepEqual(await refs(page), before);
  await page.mouse.move(5, 5);
  await eventually(
    () => agents(page),
    ([first]) => assert.equal(first, "newcomer"),
  );
});

pageTest(
  "live: nothing that comes or goes above the rows moves them under the pointer",
  { scenario: { ...threeAgents, total: 4 } },
  async ({ page, server }) => {
    const under = () =>
      page.evaluate(() => {
        const row = [...document.querySelectorAll(".scroller tbody tr")].find((each) => each.matches(":hover"));
        return { ref: row?.dataset.ref, top: row?.getBoundingClientRect().top };
      });
    // Between a change and its frame the browser may look where the pointer is.
    const staysInPlace = (before, what) =>
      eventually(under, (now) => {
        assert.equal(now.ref, before.ref, what);
        assert.ok(Math.abs(now.top - before.top) < 1, `${what}: ${now.top} instead of ${before.top}`);
      });
    await setLive(page, 5);
    await rowOf(page, "ada").hover();
    const before = await under();
    assert.ok(before.ref);
    await server.begin({ agent: "newcomer" });
    await page.getByText("The list has changed.").waitFor();
    await page.getByText("Near the limit: 4 of 4 licenses are in use.").waitFor();
    await staysInPlace(before, "what came");
    await page.mouse.move(5, 5);
    await eventually(
      () => agents(page),
      ([first]) => assert.equal(first, "newcomer"),
    );
    assert.ok((await page.locator("h1").boundingBox()).y >= 0, "the page is as it was");

    await rowOf(page, "ada").hover();
    const again = await under();
    await server.end(await rowOf(page, "newcomer").getAttribute("data-ref"));
    await page.locator(".banner").waitFor({ state: "detached" });
    await staysInPlace(again, "what went");
  },
);

pageTest("live: what has not changed is not sent again, and nothing is asked while the page is hidden", { scenario: { sessions: [] } }, async ({ page, requests }) => {
  await setLive(page, 5);
  await eventually(
    async () => (await lists(requests).at(-1).response())?.status(),
    (status) => assert.equal(status, 304),
  );
  await page.evaluate(() => Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true }));
  const asked = lists(requests).length;
  await page.waitForTimeout(5_500);
  assert.equal(lists(requests).length, asked);
  await page.evaluate(() => {
    delete document.visibilityState;
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await eventually(
    () => lists(requests).length,
    (now) => assert.ok(now > asked),
  );
});

// The view

pageTest(
  "times are shown in the account's zone, in UTC or in the browser's",
  { scenario: { sessions: [{ agent: "ada" }] } },
  async ({ page, api }) => {
    const [{ started }] = (await api("sessions")).sessions;
    const shown = () => rowOf(page, "ada").locator(".column-started").innerText();
    for (const [mode, zone, offset] of [
      ["utc", "UTC", "+00:00"],
      ["browser", "Asia/Tokyo", "+09:00"],
      ["account", "Europe/Paris", ""],
    ]) {
      await choose(page, "Times", mode);
      const text = await shown();
      assert.equal(text.slice(0, 19), new Date(started).toLocaleString("sv-SE", { timeZone: zone }));
      assert.ok(text.endsWith(offset), text);
      assert.match(await page.locator("thead .column-started").innerText(), new RegExp(`Times in ${zone}`));
    }
  },
);

pageTest("a view can be sent to a colleague: the address shows the same", { scenario: threeAgents }, async ({ page, context }) => {
  await afterList(page, () => page.locator("thead .column-agent button").click());
  await afterList(page, () => page.getByRole("searchbox").fill("billing"));
  await choose(page, "Times", "utc");
  const colleague = await context.newPage();
  await colleague.goto(page.url());
  await colleague.locator("tbody tr").first().waitFor();
  assert.deepEqual(await refs(colleague), await refs(page));
  assert.equal(await colleague.getByRole("searchbox").inputValue(), "billing");
  assert.equal(await colleague.locator("thead .column-agent").getAttribute("aria-sort"), "ascending");
  assert.match(await colleague.locator("thead .column-started").innerText(), /Times in UTC/);
  await colleague.close();
});

pageTest("the page works behind a sub-path of another server", { scenario: threeAgents, outside: true }, async ({ page, server }) => {
  await page.goto(server.behindProxy);
  await page.locator("tbody tr").first().waitFor();
  assert.equal((await refs(page)).length, 3);
  await tickOf(page, "zoe").check();
  await terminate(page).click();
  await page.getByRole("dialog").getByRole("button", { name: /^Terminate/ }).click();
  await page.locator(".outcome").waitFor();
  assert.ok((await headers(page)).includes("Agent Id"));
  await eventually(
    () => refs(page),
    (left) => assert.equal(left.length, 2),
  );
});

pageTest(
  "a brand's colours and logo stand on the page, under its strict policy",
  {
    scenario: {
      ...threeAgents,
      brand: {
        "brand.css": ":root { --accent: #7a1f5c; } header h1 { padding-left: 2.5rem; background: url(logo.svg) no-repeat; }",
        "logo.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="32" height="32"><circle cx="16" cy="16" r="16"/></svg>',
      },
    },
  },
  async ({ page, requests }) => {
    const heading = page.getByRole("heading", { level: 1 });
    assert.equal(await heading.evaluate((element) => getComputedStyle(element).paddingLeft), "40px");
    assert.equal(await page.locator(".tabs [aria-current]").evaluate((element) => getComputedStyle(element).borderBottomColor), "rgb(122, 31, 92)");
    const logo = requests.find((request) => request.url().endsWith("/logo.svg"));
    assert.equal((await logo.response()).status(), 200);
    assert.equal((await refs(page)).length, 3);
  },
);

// What has to be known first

pageTest("near the limit and beyond it the page says so", { scenario: { ...threeAgents, total: 3 } }, async ({ page, server }) => {
  assert.equal(await page.locator(".banner").innerText(), "Near the limit: 3 of 3 licenses are in use.");
  await server.begin({ agent: "one too many" });
  await afterList(page, () => refresh(page).click());
  assert.equal(await page.locator(".banner").innerText(), "4 sessions are open and 3 licenses are owned.");
  assert.match(await page.locator(".figures").innerText(), /More in use than licensed/);
});

pageTest("a full table is told", { scenario: { many: 1000, total: 5000 }, failedLoads: true }, async ({ page }) => {
  await page.getByText("The session table is full").waitFor();
});
