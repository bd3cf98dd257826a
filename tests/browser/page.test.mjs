// The Active Agents page, line by line of what it promises.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import {
  afterList,
  agents,
  confirm,
  figure,
  headers,
  refresh,
  refs,
  rowOf,
  terminate,
  tickAll,
  tickOf,
  tickedRefs,
} from "./support/active_agents_page.mjs";
import { changeAnswers } from "./support/answers.mjs";
import { pageTest } from "./support/browser.mjs";
import { eventually } from "./support/eventually.mjs";
import { timeZones } from "./support/server.mjs";

const axeSource = createRequire(import.meta.url).resolve("axe-core");

const threeAgents = {
  sessions: [
    { agent: "ada", interactions: { Billing: 3, "Address change": 1 }, user_agent: "curl/8.0" },
    { agent: null, interactions: {} },
    { agent: "zoe", interactions: { Billing: 1 } },
  ],
};
const manyAgents = (count) => ({
  total: 500,
  sessions: Array.from({ length: count }, (_, index) => ({ agent: `agent-${String(index).padStart(3, "0")}` })),
});

/** Text the way Unicode-aware clocks elsewhere would write it, to compare the page's own writing with. */
const inZone = (instant, timeZone) => new Date(instant).toLocaleString("sv-SE", { timeZone });

/** Changes what the page is told by the API. */
const withAnswer = (path, change) => (page) => changeAnswers(page, path, () => change);

// The list

pageTest("the page is titled Active Agents", { scenario: threeAgents }, async ({ page }) => {
  assert.equal(await page.title(), "Active Agents");
  assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), "Active Agents");
});

pageTest("the columns stand in the promised order and spelling, others after them", { scenario: threeAgents }, async ({ page }) => {
  assert.deepEqual(await headers(page), [
    "check box",
    "Agent Id",
    "Session Start",
    "Open Interactions",
    "Number of Open Interactions",
    "Last Activity",
    "Label",
    "Address",
    "Browser",
    "State",
  ]);
});

pageTest(
  "Agent Id is the username, or Guest for whoever is not logged in, which a user called Guest does not look like",
  { scenario: { sessions: [{ agent: "ada" }, { agent: null }, { agent: "Guest" }] } },
  async ({ page, api }) => {
    assert.deepEqual((await agents(page)).sort(), ["Guest", "Guest", "ada"]);
    assert.deepEqual((await api("sessions?sort=started")).sessions.map(({ agent }) => agent), ["ada", null, "Guest"]);
    assert.equal(await page.locator("tbody .column-agent em").count(), 1);
    const hints = await page.locator("tbody .column-agent em").evaluateAll((names) => names.map(({ title }) => title));
    assert.deepEqual(hints, ["Not logged in"]);
  },
);

pageTest(
  "Session Start is in the account's time zone with its offset, the zone named, whatever the viewer's",
  { scenario: { sessions: [{ agent: "ada" }] } },
  async ({ page, api }) => {
    const [session] = (await api("sessions")).sessions;
    const shown = await rowOf(page, "ada").locator(".column-started").innerText();
    assert.match(shown, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d$/);
    assert.equal(shown.slice(0, 19), inZone(session.started, "Europe/Paris"));
    assert.equal(Date.parse(shown.replace(" ", "T").replace(" ", "")), Math.floor(Date.parse(session.started) / 1000) * 1000);
    assert.match(await page.locator("thead .column-started").innerText(), /Times in Europe\/Paris/);
  },
);

pageTest(
  "sessions of several accounts each show their own zone, and are sorted as instants",
  { scenario: { accounts: ["acme", "beta"], sessions: [{ agent: "ada" }, { agent: "bob", account: "beta" }] } },
  async ({ page, api }) => {
    for (const { agent, account, started } of (await api("sessions")).sessions) {
      const shown = await rowOf(page, agent).locator(".column-started").innerText();
      assert.equal(shown.slice(0, 19), inZone(started, timeZones[account]));
      assert.ok(shown.endsWith(timeZones[account]), shown);
    }
    const newestFirst = await agents(page);
    assert.deepEqual(newestFirst, ["bob", "ada"], "though New York's clock is hours behind");
    await afterList(page, () => page.locator("thead .column-started button").click());
    assert.deepEqual(await agents(page), ["ada", "bob"]);
  },
);

pageTest(
  "Open Interactions are the names, Number of Open Interactions the instances, and none is a normal row",
  { scenario: threeAgents },
  async ({ page }) => {
    const cells = async (agent) => ({
      names: await rowOf(page, agent).locator(".column-interactions li").allInnerTexts(),
      instances: await rowOf(page, agent).locator(".column-instances").innerText(),
    });
    const ada = await cells("ada");
    assert.deepEqual([...ada.names].sort(), ["Address change", "Billing"]);
    assert.equal(ada.instances, "4");
    assert.deepEqual(await cells("Guest"), { names: [], instances: "0" });
  },
);

pageTest("the newest session comes first", { scenario: threeAgents }, async ({ page, api }) => {
  assert.equal(await page.locator("thead .column-started").getAttribute("aria-sort"), "descending");
  const { sessions } = await api("sessions?sort=-started");
  assert.deepEqual(await refs(page), sessions.map(({ ref }) => ref));
});

pageTest("every column sorts both ways, except Open Interactions", { scenario: threeAgents }, async ({ page, api }) => {
  const keys = ["agent", "started", "instances", "last_seen", "label", "address", "user_agent", "state"];
  for (const key of keys) {
    const column = page.locator(`thead .column-${key}`);
    const seen = [];
    for (const _ of ["one way", "and the other"]) {
      await afterList(page, () => column.getByRole("button").click());
      const direction = await column.getAttribute("aria-sort");
      seen.push(direction);
      const { sessions } = await api(`sessions?sort=${direction === "descending" ? "-" : ""}${key}`);
      assert.deepEqual(await refs(page), sessions.map(({ ref }) => ref), `${key} ${direction}`);
      assert.equal(await page.locator("thead [aria-sort]").count(), 1);
    }
    assert.deepEqual(seen.sort(), ["ascending", "descending"], key);
  }
  const interactions = page.locator("thead .column-interactions");
  assert.equal(await interactions.getByRole("button").count(), 0);
  assert.equal(await interactions.getAttribute("aria-sort"), null);
});

pageTest("an empty list says so in the promised words", {}, async ({ page }) => {
  assert.equal(await page.locator(".empty").innerText(), "There are currently no Agents connected.");
});

pageTest("the Refresh icon at the upper right brings the latest data", { scenario: threeAgents }, async ({ page, server }) => {
  const box = await refresh(page).boundingBox();
  const { width } = page.viewportSize();
  assert.ok(box.x + box.width > width * 0.9 && box.y < 100, JSON.stringify(box));
  await server.begin({ agent: "newcomer" });
  await afterList(page, () => refresh(page).click());
  assert.equal((await agents(page))[0], "newcomer");
  assert.equal((await figure(page, "Current")).value, "4 of 50");
});

pageTest("further columns can be hidden, and stay so", { scenario: threeAgents }, async ({ page }) => {
  await page.locator("summary", { hasText: "Columns" }).click();
  await page.getByRole("checkbox", { name: "Address" }).uncheck();
  await page.keyboard.press("Escape");
  assert.ok(!(await headers(page)).includes("Address"));
  await page.reload();
  await page.locator("tbody tr").first().waitFor();
  const shown = await headers(page);
  assert.ok(!shown.includes("Address") && shown.includes("Browser"), shown.join());
});

pageTest("pages of a hundred rows are turned forth and back", { scenario: manyAgents(205) }, async ({ page }) => {
  const next = page.getByRole("button", { name: "Next" }).first();
  const previous = page.getByRole("button", { name: "Previous" }).first();
  const seen = [await refs(page)];
  assert.ok(await previous.isDisabled());
  for (const _ of ["second", "third"]) {
    await afterList(page, () => next.click());
    seen.push(await refs(page));
  }
  assert.deepEqual(seen.map(({ length }) => length), [100, 100, 5]);
  assert.equal(new Set(seen.flat()).size, 205);
  assert.ok(await next.isDisabled());
  await afterList(page, () => previous.click());
  assert.deepEqual(await refs(page), seen[1]);
});

pageTest("searching narrows the list on the server", { scenario: threeAgents }, async ({ page }) => {
  const box = page.getByRole("searchbox");
  await afterList(page, () => box.fill("zoe"));
  assert.deepEqual(await agents(page), ["zoe"]);
  assert.match(await page.locator(".listed").innerText(), /1 of 3 sessions/);
  await afterList(page, () => box.fill("nobody"));
  assert.equal(await page.locator(".empty").innerText(), "No session matches “nobody”.");
  await afterList(page, () => box.fill(""));
  assert.equal((await refs(page)).length, 3);
});

pageTest(
  "an admin of several accounts chooses one of them",
  { scenario: { accounts: ["acme", "beta"], sessions: [{ agent: "ada" }, { agent: "bob", account: "beta" }] } },
  async ({ page }) => {
    assert.ok((await headers(page)).includes("Account"));
    const chooser = page.getByRole("combobox", { name: "Account", exact: true });
    assert.deepEqual(await chooser.locator("option").allInnerTexts(), ["All accounts", "acme", "beta"]);
    await afterList(page, () => chooser.selectOption("beta"));
    assert.deepEqual(await agents(page), ["bob"]);
    await eventually(
      () => figure(page, "Current"),
      ({ value }) => assert.match(value, /^1 /),
    );
  },
);

pageTest("an admin of one account has nothing to choose", { scenario: threeAgents }, async ({ page }) => {
  assert.equal(await page.getByRole("combobox", { name: "Account", exact: true }).count(), 0);
  assert.ok(!(await headers(page)).includes("Account"));
});

// Ticks

pageTest("ticks belong to sessions: they survive refresh, sort and page turn", { scenario: manyAgents(150) }, async ({ page }) => {
  const chosen = ["agent-149", "agent-120"];
  for (const agent of chosen) {
    await tickOf(page, agent).check();
  }
  const ticked = (await tickedRefs(page)).sort();
  assert.equal(ticked.length, 2);
  await afterList(page, () => refresh(page).click());
  assert.deepEqual((await tickedRefs(page)).sort(), ticked);
  await afterList(page, () => page.locator("thead .column-agent button").click());
  assert.deepEqual(await tickedRefs(page), []);
  assert.match(await page.locator(".selection").innerText(), /2 selected, 2 of them not on this page/);
  await afterList(page, () => page.getByRole("button", { name: "Next" }).first().click());
  assert.deepEqual((await tickedRefs(page)).sort(), ticked);
});

pageTest("select-all ticks the page, and only the page", { scenario: manyAgents(130) }, async ({ page }) => {
  await tickAll(page).check();
  assert.equal((await tickedRefs(page)).length, 100);
  await tickOf(page, "agent-129").uncheck();
  assert.equal(await tickAll(page).evaluate(({ indeterminate }) => indeterminate), true);
  await afterList(page, () => page.getByRole("button", { name: "Next" }).first().click());
  assert.deepEqual(await tickedRefs(page), []);
  assert.match(await page.locator(".selection").innerText(), /^99 selected/);
});

// Terminating

pageTest("Terminate Session, upper right, is disabled until a row is ticked", { scenario: threeAgents }, async ({ page }) => {
  const box = await terminate(page).boundingBox();
  assert.ok(box.x > page.viewportSize().width / 2 && box.y < 100, JSON.stringify(box));
  assert.ok(await terminate(page).isDisabled());
  await tickOf(page, "ada").check();
  assert.ok(await terminate(page).isEnabled());
  await tickOf(page, "ada").uncheck();
  assert.ok(await terminate(page).isDisabled());
});

pageTest(
  "it asks first: how many, whom, how many were active in the last minute, and that they can come back",
  { scenario: threeAgents },
  async ({ page, api }) => {
    await tickOf(page, "ada").check();
    await tickOf(page, "Guest").check();
    await terminate(page).click();
    const question = page.getByRole("dialog");
    assert.equal(await question.getByRole("heading").innerText(), "Terminate 2 sessions?");
    const whom = await question.locator(".whom").innerText();
    assert.match(whom, /ada/);
    assert.match(whom, /Guest/);
    assert.doesNotMatch(whom, /zoe/);
    assert.equal(await question.locator(".active").innerText(), "2 of them were active in the last minute.");
    const words = await question.innerText();
    assert.match(words, /come back by reloading/);
    assert.match(words, /to keep someone out, disable the account at its login/);
    assert.equal((await api("sessions")).total, 3, "nothing ends before the answer");
  },
);

pageTest("a question that is cancelled ends nothing and gives the focus back", { scenario: threeAgents }, async ({ page, api }) => {
  await tickOf(page, "ada").check();
  for (const leave of [
    () => page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click(),
    () => page.keyboard.press("Escape"),
  ]) {
    await terminate(page).click();
    await page.getByRole("dialog").waitFor();
    await leave();
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    assert.ok(await terminate(page).evaluate((button) => button === document.activeElement));
  }
  assert.equal((await api("sessions")).total, 3);
  assert.equal((await tickedRefs(page)).length, 1);
});

pageTest(
  "then it ends them and says what happened, session by session",
  { scenario: threeAgents },
  async ({ page, api, requests }) => {
    await tickOf(page, "ada").check();
    await tickOf(page, "zoe").check();
    const chosen = await tickedRefs(page);
    await terminate(page).click();
    await page.getByRole("textbox", { name: "Reason (optional)" }).fill("end of shift");
    await page.getByRole("textbox", { name: "Message to the agent (optional)" }).fill("See you tomorrow");
    await confirm(page).click();
    const outcome = page.locator(".outcome");
    await outcome.waitFor();
    assert.equal(await outcome.getByRole("heading").innerText(), "2 sessions terminated.");
    assert.equal(await page.getByRole("status").textContent(), "2 sessions terminated.");
    assert.ok(await outcome.getByRole("heading").evaluate((heading) => heading === document.activeElement));
    assert.deepEqual((await outcome.locator("tbody th").allInnerTexts()).sort(), ["ada", "zoe"]);
    assert.deepEqual(await outcome.locator("tbody td:last-child").allInnerTexts(), ["terminated", "terminated"]);
    await eventually(
      () => agents(page),
      (shown) => assert.deepEqual(shown, ["Guest"]),
    );
    assert.equal((await figure(page, "Current")).value, "1 of 50");
    assert.ok(await terminate(page).isDisabled());
    assert.equal((await api("sessions")).total, 1);
    const sent = requests.filter((request) => request.method() === "POST").map((request) => request.postDataJSON());
    assert.equal(sent.length, 1);
    assert.deepEqual([...sent[0].refs].sort(), [...chosen].sort());
    assert.equal(sent[0].reason, "end of shift");
    assert.equal(sent[0].message, "See you tomorrow");
    await outcome.getByRole("button", { name: "Dismiss" }).click();
    assert.equal(await outcome.count(), 0);
  },
);

pageTest("a session that ended meanwhile is no failure", { scenario: threeAgents }, async ({ page, server }) => {
  await tickOf(page, "ada").check();
  await tickOf(page, "zoe").check();
  const gone = await rowOf(page, "zoe").getAttribute("data-ref");
  await terminate(page).click();
  await page.locator('table[aria-busy="false"]').waitFor();
  await server.end(gone);
  await confirm(page).click();
  const outcome = page.locator(".outcome");
  await outcome.waitFor();
  assert.equal(await outcome.getByRole("heading").innerText(), "1 session terminated and 1 had already ended.");
  assert.equal(await outcome.locator(`tr[data-ref="${gone}"] td:last-child`).innerText(), "already gone");
  assert.equal(await page.getByRole("alert").count(), 0);
});

pageTest(
  "a termination that is not stored durably is called so, and one that is, is not",
  { scenario: threeAgents },
  async ({ page }) => {
    for (const durable of [false, true]) {
      await page.unroute("**/terminate");
      await withAnswer("**/terminate", { durable })(page);
      await page.locator("tbody input[type=checkbox]").first().check();
      await terminate(page).click();
      await confirm(page).click();
      await page.locator(".outcome").waitFor();
      assert.equal(await page.getByText("Not stored on disk").count(), durable ? 0 : 1);
      await page.getByRole("button", { name: "Dismiss" }).click();
    }
  },
);

pageTest(
  "a refused termination is explained in the question",
  {
    scenario: threeAgents,
    failedLoads: true,
    invented: true,
    prepare: (page) =>
      page.route("**/terminate", (route) =>
        route.fulfill({
          status: 403,
          contentType: "application/problem+json",
          json: { title: "Not here", detail: "The endpoint has become read-only.", code: "read_only" },
        }),
      ),
  },
  async ({ page }) => {
    await tickOf(page, "ada").check();
    await terminate(page).click();
    await confirm(page).click();
    const alert = page.getByRole("dialog").getByRole("alert");
    assert.match(await alert.innerText(), /Not here The endpoint has become read-only\.\s+Code: read_only/);
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    assert.equal((await tickedRefs(page)).length, 1);
  },
);

pageTest("text that would be cut on the server is not sent", { scenario: threeAgents }, async ({ page }) => {
  await tickOf(page, "ada").check();
  await terminate(page).click();
  const message = page.getByRole("textbox", { name: "Message to the agent (optional)" });
  await message.fill("é".repeat(129));
  assert.match(await page.getByRole("dialog").innerText(), /Too long by 2 bytes\./);
  assert.ok(await confirm(page).isDisabled());
  await message.fill("é".repeat(128));
  assert.ok(await confirm(page).isEnabled());
});

pageTest("a viewer sees no ticks and no button", { scenario: { ...threeAgents, role: "viewer" } }, async ({ page }) => {
  assert.equal(await page.locator("table input[type=checkbox]").count(), 0);
  assert.equal(await terminate(page).count(), 0);
  assert.equal((await headers(page))[0], "Agent Id");
});

pageTest("a read-only endpoint shows the button disabled and says why", { scenario: { ...threeAgents, write: false } }, async ({ page }) => {
  await tickOf(page, "ada").check();
  assert.ok(await terminate(page).isDisabled());
  const why = page.locator(`#${await terminate(page).getAttribute("aria-describedby")}`);
  assert.ok(await why.isVisible());
  assert.match(await why.innerText(), /write=off/);
});

// Figures

pageTest("Current is what is in use, of the total", { scenario: threeAgents }, async ({ page }) => {
  const { value, meaning } = await figure(page, "Current");
  assert.equal(value, "3 of 50");
  assert.equal(meaning, "2 agents in 3 sessions");
});

pageTest("without a total Current is what is in use", { scenario: { ...threeAgents, total: null } }, async ({ page }) => {
  assert.equal((await figure(page, "Current")).value, "3 in use");
});

pageTest(
  "what was never measured has no number",
  { scenario: threeAgents, invented: true, prepare: withAnswer("**/usage", { daily_average: null, daily_max: undefined }) },
  async ({ page }) => {
    assert.equal((await figure(page, "Daily Average")).value, "not measured yet");
    assert.equal((await figure(page, "Daily Max")).value, "not measured yet");
  },
);

pageTest(
  "Daily Average and Daily Max are shown where they are measured, and untracked requests where there are some",
  {
    scenario: threeAgents,
    invented: true,
    prepare: withAnswer("**/usage", { daily_average: 1234.56, daily_max: 2013, agents: 1950, current: 2013, untracked: 7 }),
  },
  async ({ page }) => {
    assert.equal((await figure(page, "Daily Average")).value, "1,234.6");
    assert.equal((await figure(page, "Daily Max")).value, "2,013");
    assert.match((await figure(page, "Current")).meaning, /1,950 agents in 2,013 sessions/);
    assert.equal(await page.locator(".untracked").innerText(), "7 requests passed untracked.");
  },
);

// Faults

pageTest(
  "a refusal is shown with its title, detail and code, and no list",
  {
    scenario: threeAgents,
    failedLoads: true,
    invented: true,
    prepare: (page) =>
      page.route("**/api/1/**", (route) =>
        route.fulfill({
          status: 403,
          contentType: "application/problem+json",
          json: { title: "No account", detail: "Nothing says whose sessions you may see.", code: "no_account" },
        }),
      ),
  },
  async ({ page }) => {
    assert.match(
      await page.getByRole("alert").innerText(),
      /No account Nothing says whose sessions you may see\.\s+Code: no_account/,
    );
    assert.equal(await page.locator("table").count(), 0);
    assert.equal(await page.getByText("There are currently no Agents connected.").count(), 0);
  },
);

pageTest(
  "while the server is away the page says so and keeps its list; a refresh recovers",
  { scenario: threeAgents, failedLoads: true },
  async ({ page, server }) => {
    await tickOf(page, "ada").check();
    await server.away();
    await refresh(page).click();
    await page.getByRole("alert").waitFor();
    assert.match(await page.getByRole("alert").innerText(), /The server does not answer\. The list below is from /);
    assert.equal((await refs(page)).length, 3);
    await server.back();
    await refresh(page).click();
    await page.getByRole("alert").waitFor({ state: "detached" });
    assert.equal((await refs(page)).length, 3);
    assert.equal((await tickedRefs(page)).length, 1);
  },
);

// Hostile text

const hostileNames = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(2)>",
  "\"'><b>bold</b>&amp;",
  "مرحبا بالعالم",
  "👩🏽‍💻 emoji",
  "Z̸̧̙͔̺̈́̐a̷̼͋l̵̰͝g̶̱̈́o̴͙͑",
  "two  spaces",
  "x".repeat(128),
];

pageTest(
  "hostile names are text: nothing runs, nothing is lost, the layout holds",
  {
    scenario: {
      sessions: hostileNames.map((name) => ({ agent: name, interactions: { [name]: 1 }, user_agent: name })),
    },
  },
  async ({ page, api }) => {
    const { sessions } = await api("sessions");
    const shown = await page.locator("tbody tr").evaluateAll((rows) =>
      rows.map((row) => ({
        agent: row.querySelector(".column-agent").textContent,
        interactions: [...row.querySelectorAll(".column-interactions li")].map(({ textContent }) => textContent),
      })),
    );
    assert.deepEqual(shown, sessions.map(({ agent, interactions }) => ({ agent, interactions })));
    assert.equal(await page.locator("tbody :is(script, img, b)").count(), 0);
    await tickAll(page).check();
    await terminate(page).click();
    await page.getByRole("dialog").waitFor();
    assert.equal(await page.locator("dialog :is(script, img, b)").count(), 0);
    await confirm(page).click();
    await page.locator(".outcome").waitFor();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(overflow <= 0, `${overflow} px wider than the window`);
  },
);

pageTest(
  "characters that turn or hide the text beside them are made visible",
  { scenario: { sessions: [{ agent: "\u202Elive\u202C\u200Badmin" }] } },
  async ({ page }) => {
    assert.deepEqual(await agents(page), ["U+202EliveU+202CU+200Badmin"]);
    assert.equal(await page.locator("tbody .column-agent .control").count(), 3);
  },
);

// Everyone

async function axeViolations(page) {
  await page.addScriptTag({ path: axeSource });
  return page.evaluate(async () => {
    const { violations } = await window.axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  });
}

for (const colorScheme of ["light", "dark"]) {
  pageTest(
    `axe finds nothing to mend in ${colorScheme}: list, question, result, read-only and empty list`,
    // axe has to be put into the page, which the page's own policy rightly forbids.
    { scenario: threeAgents, context: { colorScheme, bypassCSP: true } },
    async ({ page }) => {
      assert.deepEqual(await axeViolations(page), [], "list");
      await tickAll(page).check();
      assert.deepEqual(await axeViolations(page), [], "ticked");
      await terminate(page).click();
      await page.getByRole("dialog").waitFor();
      assert.deepEqual(await axeViolations(page), [], "question");
      await confirm(page).click();
      await page.locator(".outcome").waitFor();
      await page.locator(".empty").waitFor();
      assert.deepEqual(await axeViolations(page), [], "result and empty list");
    },
  );
}

pageTest("the whole job is done by keyboard alone", { scenario: threeAgents }, async ({ page, api }) => {
  const tabTo = async (found) => {
    for (let steps = 0; steps < 60; ++steps) {
      if (await page.evaluate(found)) {
        return;
      }
      await page.keyboard.press("Tab");
    }
    assert.fail(`not reached by Tab: ${found}`);
  };
  const [first] = await refs(page);
  await tabTo(() => document.activeElement.closest("thead .column-agent") !== null);
  await afterList(page, () => page.keyboard.press("Enter"));
  await afterList(page, () => page.keyboard.press("Enter"));
  await tabTo(() => document.activeElement.closest("tbody .column-tick") !== null);
  await page.keyboard.press("Space");
  const [chosen] = await tickedRefs(page);
  assert.ok(chosen && first);
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("Shift+Tab");
  await tabTo(() => document.activeElement.textContent === "Terminate Session");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await tabTo(() => document.activeElement.closest("dialog .danger") !== null);
  await page.keyboard.press("Enter");
  await page.locator(".outcome").waitFor();
  assert.ok(!(await api("sessions")).sessions.some(({ ref }) => ref === chosen));
});

for (const [name, viewport] of [
  ["360 px", { width: 360, height: 740 }],
  ["200 %", { width: 640, height: 360 }],
]) {
  pageTest(`the page is usable at ${name}`, { scenario: threeAgents, context: { viewport } }, async ({ page, api }) => {
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    const distance = async () => {
      const [toolbar, table] = [await page.locator(".toolbar").boundingBox(), await page.locator(".scroller").boundingBox()];
      return Math.round(table.y - toolbar.y - toolbar.height);
    };
    const between = await distance();
    assert.ok((await overflow()) <= 0);
    await tickOf(page, "ada").check();
    await page.locator(".scroller").evaluate((scroller) => scroller.scrollTo(scroller.scrollWidth, 0));
    const agent = await rowOf(page, "ada").locator(".column-agent").boundingBox();
    assert.ok(agent.x >= 0 && agent.x < viewport.width / 2, "who it is stays in sight");
    await terminate(page).click();
    const question = await page.getByRole("dialog").boundingBox();
    assert.ok(question.x >= 0 && question.x + question.width <= viewport.width);
    await confirm(page).click();
    await page.locator(".outcome").waitFor();
    assert.ok((await overflow()) <= 0);
    await rowOf(page, "zoe").hover();
    assert.equal(await distance(), between, "what comes above the list takes nothing of the room between");
    const lines = await page.locator(".outcome tbody td").last().evaluate((cell) => {
      const range = document.createRange();
      range.selectNodeContents(cell);
      return range.getClientRects().length;
    });
    assert.equal(lines, 1, "no word is broken");
    assert.equal((await api("sessions")).total, 2);
  });
}
