// Letting agents finish on the Active Agents page: the question, the list, the details, and how it is taken back.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { afterList, agents, confirm, figure, headers, refresh, refs, terminate, tickAll, tickOf, when } from "./support/active_agents_page.mjs";
import { pageTest } from "./support/browser.mjs";
import { newContext } from "./support/chromium.mjs";
import { html } from "./support/client.mjs";
import { eventually } from "./support/eventually.mjs";

const axeSource = createRequire(import.meta.url).resolve("axe-core");

const twoAtWork = {
  sessions: [
    { agent: "ada", interactions: { Billing: 2 } },
    { agent: "bob", interactions: {} },
    { agent: "zoe", interactions: { Billing: 1 } },
  ],
};
const finished = "When the agent has finished";
const drawer = (page) => page.getByRole("dialog");
const rowOf = (page, agent) => page.locator(".scroller tbody tr").filter({ has: page.getByRole("button", { name: agent, exact: true }) });
const badge = (page, agent) => rowOf(page, agent).locator(".badge");
const limit = (page) => drawer(page).getByRole("textbox", { name: /but at most after/ });
const openDetails = async (page, agent) => {
  await rowOf(page, agent).getByRole("button", { name: agent }).click();
  await drawer(page).locator("h3").waitFor();
};

/** Lets the ticked ones finish; `minutes` as typed, undefined = as offered. */
async function letFinish(page, { minutes, message } = {}) {
  await terminate(page).click();
  await when(page, finished).check();
  if (minutes !== undefined) {
    await limit(page).fill(minutes);
  }
  if (message !== undefined) {
    await page.getByRole("textbox", { name: "Message to the agent (optional)" }).fill(message);
  }
  await confirm(page).click();
  await page.locator(".outcome").waitFor();
  await page.locator('table[aria-busy="false"]').first().waitFor();
}

pageTest(
  "from the ticked row to the finished interaction: listed as ending, told on the agent's page, and gone once it is closed",
  {
    outside: true,
    scenario: {
      pages: { "/desk": html(`<script src="/agent-sessions.js"></script><script>window.work = AgentSessions.open("Billing");</script>`) },
    },
  },
  async ({ page, server, api }) => {
    const agent = await newContext({ extraHTTPHeaders: { "X-Test-Account": "acme" } });
    try {
      const desk = await agent.newPage();
      await desk.goto(`${server.origin}/app?login=ada`);
      await desk.goto(`${server.origin}/desk?login=ada`);
      await eventually(() => api("sessions"), ({ sessions }) => assert.deepEqual(sessions.map(({ instances }) => instances), [1]));
      await afterList(page, () => refresh(page).click());
      await tickOf(page, "ada").check();
      await letFinish(page, { message: "See you tomorrow" });

      assert.equal(await page.locator(".outcome h2").innerText(), "1 session will end when the agent has finished.");
      assert.deepEqual(await page.locator(".outcome tbody td:last-child").allInnerTexts(), ["ending"]);
      assert.match(await badge(page, "ada").innerText(), /^ending until \d\d:\d\d:\d\d$/);
      assert.equal((await figure(page, "Current")).value, "1 of 50", "it takes its license until it ends");
      const told = desk.getByRole("alertdialog", { name: "Your session will be closed" });
      await told.waitFor();
      assert.match(await told.innerText(), /See you tomorrow/);

      await desk.evaluate(() => work.close());
      await desk.getByRole("alertdialog", { name: "Your session was closed" }).waitFor();
      await afterList(page, () => refresh(page).click());
      assert.equal(await page.locator(".empty").innerText(), "There are currently no Agents connected.");
      assert.equal((await figure(page, "Current")).value, "0 of 50");
      await page.getByRole("button", { name: "Ended Sessions" }).click();
      await eventually(
        async () => {
          await refresh(page).click();
          return page.locator(".record tbody tr").allInnerTexts();
        },
        (rows) => assert.match(rows[0] ?? "", /ada[^]*by an administrator[^]*anna[^]*See you tomorrow/),
      );
    } finally {
      await agent.close();
    }
  },
);

pageTest("the question offers now, and when the agent has finished, with a limit of five minutes that may be emptied", { scenario: twoAtWork }, async ({ page, api, requests }) => {
  await tickOf(page, "ada").check();
  await terminate(page).click();
  assert.ok(await when(page, "Now").isChecked());
  assert.match(await drawer(page).innerText(), /Unsaved steps of the agent may be lost\./);
  assert.equal(await limit(page).count(), 0);
  await when(page, finished).check();
  assert.equal(await limit(page).inputValue(), "5");
  assert.match(await drawer(page).innerText(), /ends as soon as nothing is open in it/);
  assert.doesNotMatch(await drawer(page).innerText(), /may be lost/);
  for (const wrong of ["0", "1441", "1.5", "soon"]) {
    await limit(page).fill(wrong);
    assert.ok(await confirm(page).isDisabled(), wrong);
    assert.equal(await limit(page).getAttribute("aria-invalid"), "true");
  }
  await limit(page).fill("");
  await confirm(page).click();
  await page.locator(".outcome").waitFor();
  const [sent] = requests.filter((request) => request.method() === "POST").map((request) => request.postDataJSON());
  assert.deepEqual(Object.keys(sent).sort(), ["refs", "when"]);
  const [session] = (await api("sessions?agent=ada")).sessions;
  assert.deepEqual([session.state, session.ending.until, session.ending.by], ["ending", null, "anna"]);
  await eventually(() => badge(page, "ada").innerText(), (text) => assert.equal(text, "ending"));
});

pageTest("of several each is named: who has something open is ending, who has not is terminated", { scenario: twoAtWork }, async ({ page, api }) => {
  await tickAll(page).check();
  await letFinish(page);
  assert.equal(
    await page.locator(".outcome h2").innerText(),
    "1 session terminated and 2 sessions will end when the agent has finished.",
  );
  const results = await page.locator(".outcome tbody tr").evaluateAll((rows) =>
    rows.map((row) => [row.querySelector("th").innerText, row.querySelector("td:last-child").innerText]),
  );
  assert.deepEqual(results.sort(), [["ada", "ending"], ["bob", "terminated"], ["zoe", "ending"]]);
  const { sessions } = await api("sessions?sort=agent");
  assert.deepEqual(sessions.map(({ agent, state }) => [agent, state]), [["ada", "ending"], ["zoe", "ending"]]);
});

pageTest("all that match are let finish by their conditions, and both numbers told", { scenario: { ...twoAtWork, role: "admin", many: 120, total: 500 } }, async ({ page, api }) => {
  await tickAll(page).check();
  await page.getByRole("button", { name: "Select all 123 that match" }).click();
  await letFinish(page);
  assert.equal(
    await page.locator(".outcome h2").innerText(),
    "121 sessions terminated and 2 sessions will end when the agent has finished.",
  );
  assert.deepEqual((await api("sessions")).sessions.map(({ state }) => state), ["ending", "ending"]);
});

pageTest("of all that match the ending ones are kept", { scenario: { ...twoAtWork, many: 120, total: 500 } }, async ({ page, server, api }) => {
  const { sessions } = await api("sessions?interaction=Billing");
  await server.letFinish(sessions.map(({ ref }) => ref));
  await afterList(page, () => page.locator("thead .column-state button").click());
  await tickAll(page).check();
  await page.getByRole("button", { name: /^Select all/ }).click();
  await page.getByRole("button", { name: "Keep the ending ones" }).click();
  await eventually(() => page.locator(".outcome h2").innerText(), (text) => assert.equal(text, "2 sessions kept."));
  assert.equal((await api("sessions?state=ending")).filtered, 0);
  assert.equal((await api("sessions")).total, 123);
});

pageTest("a row says until when, and by whom behind it; the details say all of it", { scenario: twoAtWork }, async ({ page, api }) => {
  await tickOf(page, "ada").check();
  await letFinish(page, { minutes: "90", message: "<b>Lunch</b>" });
  const [{ ref, ending }] = (await api("sessions?agent=ada")).sessions;
  const inParis = (instant) => new Date(instant).toLocaleString("sv-SE", { timeZone: "Europe/Paris" });
  assert.equal(await badge(page, "ada").innerText(), `ending until ${inParis(ending.until).slice(11)}`);
  assert.equal(Math.round((Date.parse(ending.until) - Date.parse(ending.since)) / 60_000), 90);
  assert.match(await badge(page, "ada").getAttribute("title"), /at the latest\. Asked for by anna\.$/);
  assert.equal(await badge(page, "zoe").count(), 0);
  await openDetails(page, "ada");
  const words = await drawer(page).innerText();
  assert.ok(words.includes(`It ends when the agent has finished, at ${inParis(ending.until)}`), words);
  assert.ok(words.includes(`Asked for at ${inParis(ending.since)}`), words);
  assert.match(words, /by anna/);
  assert.match(words, /Message to the agent:.*<b>Lunch<\/b>/);
  assert.match(words, new RegExp(ref));
});

pageTest("an ending session is kept from its details, and stays", { scenario: twoAtWork }, async ({ page, api }) => {
  await tickOf(page, "ada").check();
  await letFinish(page);
  await openDetails(page, "ada");
  await drawer(page).getByRole("button", { name: "Keep" }).click();
  await drawer(page).waitFor({ state: "hidden" });
  await eventually(() => page.locator(".outcome h2").innerText(), (text) => assert.equal(text, "1 session kept."));
  assert.equal(await page.getByRole("status").textContent(), "1 session kept.");
  await eventually(() => badge(page, "ada").count(), (count) => assert.equal(count, 0));
  const [session] = (await api("sessions?agent=ada")).sessions;
  assert.deepEqual([session.state, session.ending], ["active", null]);
  await openDetails(page, "ada");
  assert.equal(await drawer(page).getByRole("button", { name: "Keep" }).count(), 0);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Audit" }).click();
  await eventually(
    () => page.locator(".record tbody tr").first().innerText(),
    (row) => assert.match(row, /anna[^]*keep[^]*done/),
  );
});

pageTest("of the ticked sessions the ending ones are kept, the others stay ticked", { scenario: twoAtWork }, async ({ page, api }) => {
  await tickOf(page, "ada").check();
  assert.equal(await page.getByRole("button", { name: /^Keep/ }).count(), 0);
  await letFinish(page);
  await tickAll(page).check();
  await page.getByRole("button", { name: "Keep 1 ending" }).click();
  await eventually(() => page.locator(".outcome h2").innerText(), (text) => assert.equal(text, "1 session kept."));
  assert.deepEqual((await api("sessions")).sessions.map(({ state }) => state), ["active", "active", "active"]);
  await eventually(() => page.locator(".selection").innerText(), (text) => assert.match(text, /^2 selected/));
  assert.equal(await page.getByRole("button", { name: /^Keep/ }).count(), 0);
});

pageTest("a session that ended before it could be kept is no failure", { scenario: twoAtWork }, async ({ page, server }) => {
  await tickOf(page, "ada").check();
  await letFinish(page);
  await tickAll(page).check();
  await server.end(await rowOf(page, "ada").getAttribute("data-ref"));
  await page.getByRole("button", { name: "Keep 1 ending" }).click();
  await eventually(() => page.locator(".outcome h2").innerText(), (text) => assert.equal(text, "1 had already ended."));
  assert.equal(await page.getByRole("alert").count(), 0);
});

pageTest(
  "why a session can't be kept is told where it was asked, and put away",
  {
    scenario: twoAtWork,
    failedLoads: true,
    invented: true,
    prepare: (page) =>
      page.route("**/sessions/keep", (route) =>
        route.fulfill({
          status: 503,
          contentType: "application/problem+json",
          json: { title: "The table is busy", detail: "Try again.", code: "busy" },
        }),
      ),
  },
  async ({ page }) => {
    await tickOf(page, "ada").check();
    await letFinish(page);
    await openDetails(page, "ada");
    await drawer(page).getByRole("button", { name: "Keep" }).click();
    assert.match(await drawer(page).getByRole("alert").innerText(), /The table is busy Try again\./);
    assert.ok(await drawer(page).getByRole("button", { name: "Keep" }).isEnabled());
    await drawer(page).getByRole("button", { name: "Dismiss" }).click();
    assert.equal(await page.getByRole("alert").count(), 0);
  },
);

pageTest("ended now, an ending session is gone at once", { scenario: twoAtWork }, async ({ page, api }) => {
  await tickOf(page, "ada").check();
  await letFinish(page);
  await rowOf(page, "ada").getByRole("checkbox").check();
  await terminate(page).click();
  assert.match(await drawer(page).locator(".whom").innerText(), /ada ending until/);
  await confirm(page).click();
  await eventually(() => page.locator(".outcome h2").innerText(), (text) => assert.equal(text, "1 session terminated."));
  assert.equal((await api("sessions")).total, 2);
});

pageTest("the list is sorted and narrowed by state, and the address shows the same", { scenario: twoAtWork }, async ({ page, context }) => {
  await tickOf(page, "zoe").check();
  await letFinish(page);
  const states = () => page.locator("tbody .column-state").allInnerTexts();
  assert.equal((await headers(page)).at(-1), "State");
  await afterList(page, () => page.locator("thead .column-state button").click());
  assert.deepEqual(await states(), ["ending", "active", "active"]);
  await afterList(page, () => page.locator("thead .column-state button").click());
  assert.deepEqual(await states(), ["active", "active", "ending"]);
  await page.locator("summary", { hasText: "Filters" }).click();
  await afterList(page, () => page.getByRole("checkbox", { name: "Ending sessions only" }).check());
  assert.deepEqual(await states(), ["ending"]);
  assert.match(await page.locator(".listed").innerText(), /1 of 3 sessions/);
  await page.keyboard.press("Escape");
  const csv = await context.request.get(new URL(await page.locator('a[href*=".csv"]').last().getAttribute("href"), page.url()).href);
  assert.match(await csv.text(), /zoe.*ending/);
  const colleague = await context.newPage();
  await colleague.goto(page.url());
  await colleague.locator("tbody tr").first().waitFor();
  assert.deepEqual(await refs(colleague), await refs(page));
  await colleague.close();
  await afterList(page, () => page.getByRole("button", { name: "Remove the condition Ending sessions only" }).click());
  assert.equal((await states()).length, 3);
});

for (const [who, scenario] of [
  ["a viewer", { role: "viewer" }],
  ["an admin of a read-only endpoint", { write: false }],
]) {
  pageTest(`${who} sees who is ending, and keeps nobody`, { scenario: { ...twoAtWork, ...scenario } }, async ({ page, server }) => {
    const ref = await rowOf(page, "ada").getAttribute("data-ref");
    await server.letFinish([ref]);
    await afterList(page, () => refresh(page).click());
    assert.equal(await badge(page, "ada").innerText(), "ending");
    if (scenario.write === false) {
      await rowOf(page, "ada").getByRole("checkbox").check();
      assert.ok(await terminate(page).isDisabled());
    }
    assert.equal(await page.getByRole("button", { name: /^Keep/ }).count(), 0);
    await openDetails(page, "ada");
    assert.match(await drawer(page).innerText(), /It ends when the agent has finished\./);
    assert.equal(await drawer(page).getByRole("button", { name: /^Keep/ }).count(), 0);
  });
}

pageTest("letting finish and keeping are done by keyboard alone", { scenario: twoAtWork }, async ({ page, api }) => {
  const tabTo = async (found) => {
    for (let steps = 0; steps < 80; ++steps) {
      if (await page.evaluate(found)) {
        return;
      }
      await page.keyboard.press("Tab");
    }
    assert.fail(`not reached by Tab: ${found}`);
  };
  await tabTo(() => document.activeElement.closest("tbody .column-tick") !== null);
  await page.keyboard.press("Space");
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("Shift+Tab");
  await tabTo(() => document.activeElement.textContent === "Terminate Session");
  await page.keyboard.press("Enter");
  await drawer(page).waitFor();
  await tabTo(() => document.activeElement.type === "radio");
  await page.keyboard.press("ArrowDown");
  assert.ok(await when(page, finished).isChecked());
  await page.keyboard.press("Tab");
  assert.ok(await limit(page).evaluate((field) => field === document.activeElement));
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.type("30");
  await tabTo(() => document.activeElement.closest("dialog .danger") !== null);
  await page.keyboard.press("Enter");
  await page.locator(".outcome").waitFor();
  await eventually(
    () => api("sessions?state=ending"),
    ({ filtered }) => assert.equal(filtered, 1),
  );
  await page.locator("tbody .badge").waitFor();
  await tabTo(() => document.activeElement.closest("tr")?.querySelector(".badge") && document.activeElement.matches(".open"));
  await page.keyboard.press("Enter");
  await tabTo(() => document.activeElement.textContent === "Keep");
  await page.keyboard.press("Enter");
  await eventually(() => page.locator(".outcome h2").innerText(), (text) => assert.equal(text, "1 session kept."));
  await eventually(
    () => page.evaluate(() => document.activeElement.id),
    (id) => assert.equal(id, "outcome-title"),
  );
});

for (const colorScheme of ["light", "dark"]) {
  pageTest(
    `axe finds nothing to mend in ${colorScheme}: question, rows, details and result of who is to finish`,
    // axe has to be put into the page, which the page's own policy rightly forbids.
    { scenario: twoAtWork, context: { colorScheme, bypassCSP: true } },
    async ({ page }) => {
      const violations = async () => {
        await page.addScriptTag({ path: axeSource });
        return page.evaluate(async () => {
          const { violations } = await window.axe.run();
          return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
        });
      };
      await tickAll(page).check();
      await terminate(page).click();
      await when(page, finished).check();
      assert.deepEqual(await violations(), [], "question");
      await limit(page).fill("never");
      assert.deepEqual(await violations(), [], "question with a wrong limit");
      await limit(page).fill("5");
      await confirm(page).click();
      await page.locator("tbody .badge").first().waitFor();
      await tickAll(page).check();
      assert.deepEqual(await violations(), [], "result and ticked rows");
      await openDetails(page, "ada");
      assert.deepEqual(await violations(), [], "details");
    },
  );
}

pageTest("letting finish is usable at 360 px", { scenario: twoAtWork, context: { viewport: { width: 360, height: 740 } } }, async ({ page }) => {
  const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  await tickOf(page, "ada").check();
  await terminate(page).click();
  await when(page, finished).check();
  const question = await drawer(page).boundingBox();
  assert.ok(question.x >= 0 && question.x + question.width <= 360);
  assert.ok(await drawer(page).evaluate((dialog) => dialog.scrollWidth <= dialog.clientWidth), "nothing is cut off");
  await confirm(page).click();
  await page.locator("tbody .badge").waitFor();
  await page.locator(".scroller").evaluate((scroller) => scroller.scrollTo(scroller.scrollWidth, 0));
  const shown = await badge(page, "ada").boundingBox();
  assert.ok(shown.x >= 0 && shown.x + shown.width <= 360, "that it is ending stays in sight");
  await rowOf(page, "ada").getByRole("checkbox").check();
  const keep = await page.getByRole("button", { name: "Keep 1 ending" }).boundingBox();
  assert.ok(keep.x >= 0 && keep.x + keep.width <= 360);
  assert.ok((await overflow()) <= 0);
});

pageTest(
  "live: rows keep their place while somebody aims at one and others above it become ending",
  {
    scenario: { sessions: [...twoAtWork.sessions.slice(0, 2), { agent: "zoe.zimmermann", interactions: { Billing: 1 } }] },
    context: { viewport: { width: 720, height: 700 } },
  },
  async ({ page, server }) => {
    const place = async (agent) => {
      const { y, height } = await rowOf(page, agent).boundingBox();
      return { top: Math.round(y), height: Math.round(height) };
    };
    await page.getByRole("combobox", { name: "Live", exact: true }).selectOption("5");
    await rowOf(page, "ada").hover();
    const before = { ada: await place("ada"), zoe: await place("zoe.zimmermann") };
    await server.letFinish([await rowOf(page, "zoe.zimmermann").getAttribute("data-ref")]);
    await badge(page, "zoe.zimmermann").waitFor();
    await eventually(() => place("ada"), ({ top }) => assert.equal(top, before.ada.top));
    assert.ok((await place("zoe.zimmermann")).height > before.zoe.height, "or there was nothing to hold against");
    assert.deepEqual(await agents(page), ["zoe.zimmermann ending", "bob", "ada"]);
  },
);
