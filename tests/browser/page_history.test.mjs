// What has been, on the Active Agents page: the graph of thirty days, the curve of one, and the lists of the history.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { afterList, agents, confirm, figure, refresh, refs, rowOf, terminate, tickAll, tickOf } from "./support/active_agents_page.mjs";
import { pageTest } from "./support/browser.mjs";
import { eventually } from "./support/eventually.mjs";
import { people } from "./support/floor.mjs";
import { pastOf } from "./support/past.mjs";

const axeSource = createRequire(import.meta.url).resolve("axe-core");

const past = pastOf(Date.now());
const yesterday = past.days.at(-1);
/** An admin of one account, with forty days behind it and two sessions now. */
const withPast = { past, total: 20, sessions: [{ agent: "ada" }, { agent: "zoe" }] };

const words = (date) =>
  new Date(`${date}T00:00:00Z`).toLocaleDateString("en", { timeZone: "UTC", weekday: "short", day: "numeric", month: "short" });
const clock = (instant) => new Date(instant).toLocaleTimeString("sv-SE", { timeZone: "Europe/Paris" }).slice(0, 5);
const inParis = (instant) => new Date(instant).toLocaleString("sv-SE", { timeZone: "Europe/Paris" });

const tab = (page, name) => page.getByRole("navigation", { name: "Views" }).getByRole("button", { name, exact: true });
const plot = (page) => page.locator(".plot svg");
const dialog = (page) => page.getByRole("dialog");
const rows = (page) => page.locator(".scroller tbody tr");
const names = (page) => page.locator(".scroller tbody th").allInnerTexts();
const counted = (page) => page.locator(".listed").innerText();

/** Opens a list of what has been, once it is as long as it has to be: what has just happened is told a moment later. */
async function openTab(page, name, length) {
  await tab(page, name).click();
  await eventually(
    async () => {
      await refresh(page).click();
      return rows(page).count();
    },
    (found) => assert.equal(found, length),
  );
}

/** Presses a control and waits for the list of what has been that this asks for. */
async function afterRecord(page, act) {
  const answered = page.waitForResponse((response) => /\/api\/1\/(ended|history|audit)\?/.test(response.url()));
  await act();
  await answered;
  await page.locator('.scroller table[aria-busy="false"]').waitFor();
}

/** What a link to a CSV gives: its lines, without the header. */
async function csvOf(page, context, link = page.locator(".toolbar").getByRole("link", { name: "CSV" })) {
  const response = await context.request.get(new URL(await link.getAttribute("href"), page.url()).href);
  assert.equal(response.status(), 200);
  assert.match(response.headers()["content-type"], /^text\/csv/);
  return (await response.text()).trim().split("\r\n").slice(1);
}

/** Where a day of the graph is, from its left edge. */
async function overBar(page, index) {
  const [graph, bar] = [await plot(page).boundingBox(), await page.locator(".plot .bar").nth(index).boundingBox()];
  return { x: bar.x + bar.width / 2 - graph.x, y: 60 };
}

async function endAll(page, reason, message) {
  await tickAll(page).check();
  await terminate(page).click();
  await page.getByRole("textbox", { name: "Reason (optional)" }).fill(reason);
  await page.getByRole("textbox", { name: "Message to the agent (optional)" }).fill(message);
  await confirm(page).click();
  await page.locator(".outcome").waitFor();
}

// The graph

pageTest("the graph near the top shows the last 30 days, and the licenses as a line", { scenario: withPast }, async ({ page, api }) => {
  const box = await plot(page).boundingBox();
  assert.ok(box.y < (await page.locator(".scroller").boundingBox()).y, "above the list");
  const { days } = await api("usage");
  assert.equal(days.length, 30);
  assert.equal(days.at(-1).max, 2);
  assert.equal(await page.locator(".plot .bar").count(), 29, "but for the day without a measurement");
  assert.equal(await page.locator(".plot .unmeasured").count(), 1);
  assert.equal(await page.locator(".plot .mark").count(), days.filter(({ refused }) => refused > 0).length);
  const heights = await page.locator(".plot .bar").evaluateAll((bars) => bars.map((bar) => bar.getBoundingClientRect().height));
  const highest = Math.max(...heights);
  const expected = days.flatMap(({ max }) => (max === null ? [] : [max]));
  assert.deepEqual(
    heights.map((height) => Math.round((height / highest) * Math.max(...expected))),
    expected,
  );
  const line = await page.locator(".plot .total").boundingBox();
  const full = await page.locator(".plot .bar").nth(expected.indexOf(20)).boundingBox();
  assert.ok(Math.abs(line.y - full.y) < 1.5, "the line is as high as a bar of as many sessions");
  assert.match(await page.locator(".legend").innerText(), /Licenses.*Refused at the limit.*Not measured/s);
});

pageTest("Daily Average and Daily Max are those of the last 30 days", { scenario: withPast }, async ({ page }) => {
  const over = past.days.slice(-29).flatMap(({ max }) => (max === null ? [] : [max]));
  const average = over.reduce((sum, max) => sum + max, 0) / over.length;
  assert.equal((await figure(page, "Current")).value, "2 of 20");
  assert.equal((await figure(page, "Daily Average")).value, new Intl.NumberFormat("en", { maximumFractionDigits: 1 }).format(average));
  assert.equal((await figure(page, "Daily Max")).value, String(Math.max(...over)));
});

pageTest("the graph has a table with the same numbers", { scenario: withPast }, async ({ page, api }) => {
  const { days } = await api("usage");
  assert.match(await plot(page).getAttribute("aria-label"), new RegExp(`30 days, ${Math.max(...days.map(({ max }) => max))} at most`));
  await page.getByRole("button", { name: "Table" }).click();
  const shown = await page.locator(".days tbody tr").evaluateAll((all) =>
    all.map((row) => [...row.querySelectorAll("th, td")].slice(0, 6).map(({ innerText }) => innerText.trim())),
  );
  assert.deepEqual(
    shown.reverse(),
    days.map(({ date, max, max_at, refused, total, agents, complete }) =>
      max === null
        ? [words(date), "not measured"]
        : [`${words(date)}${complete ? "" : " so far"}`, String(max), clock(max_at), String(total), String(refused), String(agents)],
    ),
  );
});

pageTest("pointing at a day tells its numbers", { scenario: withPast }, async ({ page, api }) => {
  const { days } = await api("usage");
  await plot(page).hover({ position: await overBar(page, 3) });
  const { date, max, total, max_at } = days[3];
  await eventually(
    () => page.locator(".readout p").innerText(),
    (told) => assert.equal(told, `${words(date)} ${max} of ${total}, at ${clock(max_at)}`),
  );
});

pageTest("a click on a day shows its curve, and a click on the curve who was in its peak", { scenario: withPast }, async ({ page, api }) => {
  await plot(page).click({ position: await overBar(page, 27) });
  await page.getByRole("heading", { name: `Sessions on ${words(yesterday.date)}` }).waitFor();
  await page.locator(".plot .curve").waitFor();
  assert.equal(new URL(page.url()).searchParams.get("day"), yesterday.date, "the address shows the same");
  const box = await plot(page).boundingBox();
  const mark = await page.locator(".plot .mark").boundingBox();
  await plot(page).hover({ position: { x: mark.x + mark.width / 2 - box.x, y: 60 } });
  await eventually(
    () => page.locator(".readout p").innerText(),
    (told) => assert.equal(told, `${clock(yesterday.maxAt)}: ${yesterday.max}`),
  );
  await plot(page).click({ position: { x: mark.x + mark.width / 2 - box.x, y: 60 } });
  await dialog(page).locator("tbody tr").first().waitFor();
  assert.equal(await dialog(page).getByRole("heading").innerText(), `Who was in the maximum of ${words(yesterday.date)}`);
  assert.match(await dialog(page).innerText(), new RegExp(`${yesterday.max} sessions? at ${clock(yesterday.maxAt)} \\+0[12]:00`));
  const { sessions } = await api(`usage/peak?date=${yesterday.date}`);
  assert.equal(sessions.length, yesterday.max);
  assert.deepEqual(await dialog(page).locator("tbody th").allInnerTexts(), sessions.map(({ agent }) => agent ?? "Guest"));
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "hidden" });
  await page.getByRole("button", { name: "All days" }).click();
  await page.locator(".plot .bar").first().waitFor();
});

pageTest("the curve of today is the one of the sessions that are there", { scenario: withPast }, async ({ page, server }) => {
  await server.begin({ agent: "third" });
  await eventually(
    async () => {
      await refresh(page).click();
      return (await figure(page, "Current")).value;
    },
    (shown) => assert.equal(shown, "3 of 20"),
  );
  await plot(page).click({ position: await overBar(page, 28) });
  await eventually(
    async () => {
      await refresh(page).click();
      return page.locator(".readout p").innerText();
    },
    (told) => assert.match(told, /^3 of 20, at \d\d:\d\d/),
  );
  await page.getByRole("button", { name: "Who was in it?" }).click();
  await eventually(
    () => dialog(page).locator("tbody th").allInnerTexts(),
    (told) => assert.deepEqual(told, ["third", "zoe", "ada"]),
  );
  assert.equal(await dialog(page).getByText("still on").count(), 3);
});

pageTest("a month can be chosen, and every graph is given as CSV", { scenario: withPast }, async ({ page, context }) => {
  const chooser = page.getByRole("combobox", { name: "Days shown" });
  const months = await chooser.locator("option").evaluateAll((options) => options.map(({ value }) => value));
  assert.equal(months.length, 14);
  const link = page.locator(".graph-head").getByRole("link", { name: "CSV" });
  assert.equal((await csvOf(page, context, link)).length, 30);
  const month = yesterday.date.slice(0, 7);
  await chooser.selectOption(month);
  const ofMonth = past.days.filter(({ date, max }) => date.startsWith(month) && max !== null);
  const today = new Date().toLocaleDateString("sv-SE", { timeZone: "Europe/Paris" });
  const now = today.startsWith(month) ? 1 : 0;
  await eventually(
    () => page.locator(".plot .bar").count(),
    (bars) => assert.equal(bars, ofMonth.length + now),
  );
  const gaps = past.days.filter(({ date, max }) => date.startsWith(month) && max === null).length;
  assert.equal(await page.locator(".plot .unmeasured").count(), gaps, "what is to come is no gap");
  await page.getByRole("button", { name: "Table" }).click();
  const latest = now === 1 ? today : yesterday.date;
  assert.equal(await page.locator(".days tbody tr").count(), Number(latest.slice(8)), "the days up to now");
  await page.getByRole("button", { name: "Table" }).click();
  const lines = await csvOf(page, context, link);
  assert.ok(lines.length >= 28 && lines[0].startsWith(`${month}-01,`), lines[0]);
  assert.equal((await figure(page, "Daily Max")).value, String(Math.max(...past.days.slice(-29).map(({ max }) => max))));
  await chooser.selectOption("");
  await plot(page).click({ position: await overBar(page, 27) });
  await page.locator(".plot .curve").waitFor();
  const minutes = await csvOf(page, context, link);
  assert.ok(minutes.length >= 23 * 60, `${minutes.length} minutes`);
});

// The lists

pageTest("Ended Sessions tells who ended what, when and why", { scenario: withPast }, async ({ page, context }) => {
  await endAll(page, "end of shift", "See you tomorrow");
  await openTab(page, "Ended Sessions", yesterday.max + 2);
  const first = rows(page).filter({ hasText: "zoe" });
  const cells = await first.locator("td").allInnerTexts();
  assert.match(cells[1], /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0[12]:00$/);
  assert.deepEqual(cells.slice(2, 6), ["by an administrator", "anna", "end of shift", "See you tomorrow"]);
  assert.equal(await counted(page), `${yesterday.max + 2} sessions`);
  assert.equal((await csvOf(page, context)).length, yesterday.max + 2);

  await afterRecord(page, () => page.getByRole("combobox", { name: "Reason" }).selectOption("administrator"));
  const byAnna = past.sessions.filter(({ reason }) => reason === 1).length + 2;
  assert.equal(await rows(page).count(), byAnna);
  assert.equal((await csvOf(page, context)).length, byAnna, "the file has the same conditions");
  await afterRecord(page, () => page.getByRole("textbox", { name: "Agent Id" }).fill("zoe"));
  assert.deepEqual(await names(page), ["zoe"]);
  await afterRecord(page, () => page.getByRole("textbox", { name: "Ended by" }).fill("nobody"));
  assert.equal(await page.locator(".empty").innerText(), "No session has ended in this time.");
  assert.match(await page.getByText(/^Times are in/).innerText(), /Europe\/Paris/);
});

pageTest("History tells who was on at an instant, and in a time", { scenario: withPast }, async ({ page, context, api }) => {
  await openTab(page, "History", 2);
  assert.deepEqual(await names(page), ["zoe", "ada"], "now");
  assert.equal(await page.getByText("still on").count(), 2);

  const at = page.getByLabel("On at");
  await afterRecord(page, () => at.fill(inParis(yesterday.maxAt).slice(0, 16).replace(" ", "T")));
  const { sessions } = await api(`history?at=${new Date(yesterday.maxAt - (yesterday.maxAt % 60_000)).toISOString()}`);
  assert.equal(sessions.length, yesterday.max);
  assert.deepEqual(await names(page), sessions.map(({ agent }) => agent ?? "Guest"));
  const [, oldest] = [...past.sessions].reverse().map(({ began }) => began);
  const started = await rows(page).nth(1).locator("td").first().innerText();
  assert.equal(started.slice(0, 19), inParis(oldest));
  assert.equal((await csvOf(page, context)).length, yesterday.max);

  await afterRecord(page, () => page.getByLabel("From").fill(`${yesterday.date}T00:00`));
  assert.equal(await at.inputValue(), "", "an instant and a time exclude each other");
  assert.equal(await rows(page).count(), yesterday.max + 2);
  await afterRecord(page, () => page.getByLabel("To", { exact: true }).fill(`${yesterday.date}T23:59`));
  assert.equal(await rows(page).count(), yesterday.max);
  await afterRecord(page, () => page.getByRole("textbox", { name: "Agent Id" }).fill(people[0]));
  assert.deepEqual(await names(page), [people[0]]);
  await page.goBack();
  await page.locator(".figures").waitFor();
});

pageTest("from the details one comes to the agent's history", { scenario: { ...withPast, sessions: [{ agent: people[0] }] } }, async ({ page }) => {
  await rowOf(page, people[0]).getByRole("button", { name: people[0] }).click();
  await afterRecord(page, () => dialog(page).getByRole("button", { name: "This agent’s history" }).click());
  await eventually(
    async () => {
      await refresh(page).click();
      return names(page);
    },
    (shown) => assert.deepEqual(shown, [people[0], people[0]]),
  );
});

pageTest("Audit tells what admins did, and what they were refused", { scenario: withPast, failedLoads: true }, async ({ page, context, server }) => {
  const [second, first] = await refs(page);
  await endAll(page, "end of shift", "");
  const refused = await context.request.post(`${server.url}api/1/sessions/terminate`, { data: { all: true }, headers: { Origin: "https://evil.example" } });
  assert.equal(refused.status(), 403);
  await openTab(page, "Audit", 2);
  const entries = await rows(page).evaluateAll((all) => all.map((row) => [...row.querySelectorAll("td")].map(({ innerText }) => innerText)));
  const [attempt, [user, role, , action, what, , ended, result, why]] = entries;
  assert.deepEqual(attempt.slice(0, 2), ["anna", "operator"]);
  assert.deepEqual([attempt[3], attempt[4], attempt[6], attempt[7]], ["terminate", "several sessions", "0", "refused"]);
  assert.deepEqual([user, role, action, ended, result, why], ["anna", "operator", "terminate", "2", "done", "end of shift"]);
  assert.match(what, /^2 refs: /);
  assert.deepEqual(what.slice("2 refs: ".length).split(", ").sort(), [first, second].sort());
  assert.equal(await counted(page), "2 entries");
  assert.equal((await csvOf(page, context)).length, 2);
  await afterRecord(page, () => page.getByRole("textbox", { name: "Who" }).fill("somebody else"));
  assert.equal(await page.locator(".empty").innerText(), "Nothing was done in this time.");
});

pageTest("from what an admin did one comes to whom it ended", { scenario: withPast }, async ({ page }) => {
  const ended = await agents(page);
  await endAll(page, "end of shift", "");
  await openTab(page, "Audit", 1);
  await afterRecord(page, () => page.getByRole("button", { name: "2", exact: true }).click());
  assert.equal(await page.getByRole("textbox", { name: "Ended by" }).inputValue(), "anna");
  assert.deepEqual((await names(page)).sort(), ended.sort());
});

pageTest(
  "the lists of what has been are turned page by page",
  { scenario: { total: 500, sessions: Array.from({ length: 105 }, (_, index) => ({ agent: `agent-${String(index).padStart(3, "0")}` })) } },
  async ({ page }) => {
    await openTab(page, "History", 100);
    await eventually(
      async () => {
        await refresh(page).click();
        return counted(page);
      },
      (told) => assert.equal(told, "105 sessions"),
    );
    const first = await names(page);
    await afterRecord(page, () => page.getByRole("button", { name: "Next" }).first().click());
    const second = await names(page);
    assert.equal(second.length, 5);
    assert.equal(new Set([...first, ...second]).size, 105);
    await afterRecord(page, () => page.getByRole("button", { name: "Previous" }).first().click());
    assert.deepEqual(await names(page), first);
  },
);

pageTest("an admin of several accounts sees of which each past session is, and chooses one", { scenario: { accounts: ["acme", "beta"], sessions: [{ agent: "ada" }, { agent: "bob", account: "beta" }] } }, async ({ page }) => {
  await openTab(page, "History", 2);
  assert.match(await page.locator(".scroller thead").innerText(), /Account/);
  await afterRecord(page, () => page.getByRole("combobox", { name: "Account", exact: true }).selectOption("beta"));
  assert.deepEqual(await names(page), ["bob"]);
  await page.getByText("Times are in America/New_York.").waitFor();
});

pageTest("a history that can't be read is told, and the list of the live sessions goes on", { scenario: { sessions: [{ agent: "ada" }], state: "/proc/none" }, failedLoads: true }, async ({ page }) => {
  assert.equal(await rows(page).count(), 1);
  await page.getByText("The history can’t be read, so there are no days to show.").waitFor();
  assert.equal((await figure(page, "Daily Max")).value, "not available");
  await page.locator(".banner", { hasText: "The history can’t be written." }).waitFor();
  await tab(page, "Ended Sessions").click();
  assert.match(await page.getByRole("alert").innerText(), /Code: history_unavailable/);
  await tab(page, "Active").click();
  await tickOf(page, "ada").check();
  await terminate(page).click();
  await confirm(page).click();
  await page.locator(".not-durable").waitFor();
});

// Everybody

async function axeViolations(page) {
  if (!(await page.evaluate(() => "axe" in window))) {
    await page.addScriptTag({ path: axeSource });
  }
  return page.evaluate(async () => {
    const { violations } = await window.axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  });
}

for (const colorScheme of ["light", "dark"]) {
  pageTest(
    `axe finds nothing to mend in ${colorScheme}: curve of a day, who was in its peak, and the lists of what has been`,
    // axe has to be put into the page, which the page's own policy rightly forbids.
    { scenario: { ...withPast, role: "admin" }, context: { colorScheme, bypassCSP: true } },
    async ({ page }) => {
      await plot(page).click({ position: await overBar(page, 27) });
      await page.locator(".plot .curve").waitFor();
      assert.deepEqual(await axeViolations(page), [], "curve");
      await page.getByRole("button", { name: "Who was in it?" }).click();
      await dialog(page).locator("tbody tr").first().waitFor();
      assert.deepEqual(await axeViolations(page), [], "peak");
      await page.keyboard.press("Escape");
      await endAll(page, "end of shift", "See you tomorrow");
      await openTab(page, "Ended Sessions", yesterday.max + 2);
      assert.deepEqual(await axeViolations(page), [], "ended sessions");
      await afterRecord(page, () => page.getByRole("textbox", { name: "Agent Id" }).fill("nobody"));
      assert.deepEqual(await axeViolations(page), [], "empty list");
      await page.getByRole("button", { name: "Erase this agent’s name…" }).click();
      await dialog(page).waitFor();
      assert.deepEqual(await axeViolations(page), [], "erasure");
      await page.keyboard.press("Escape");
      await tab(page, "History").click();
      await page.locator(".scroller").waitFor();
      assert.deepEqual(await axeViolations(page), [], "history");
      await openTab(page, "Audit", 1);
      assert.deepEqual(await axeViolations(page), [], "audit");
    },
  );
}

pageTest("what has been is looked up by keyboard alone", { scenario: withPast }, async ({ page }) => {
  const press = async (wanted) => {
    for (let steps = 0; steps < 80; ++steps) {
      await page.keyboard.press("Tab");
      if ((await page.evaluate(() => document.activeElement.textContent.trim())).startsWith(wanted)) {
        await page.keyboard.press("Enter");
        return;
      }
    }
    assert.fail(`not reached by Tab: ${wanted}`);
  };
  await press("Table");
  await press(words(yesterday.date));
  await page.getByRole("heading", { name: `Sessions on ${words(yesterday.date)}` }).waitFor();
  await page.evaluate(() => document.activeElement.blur());
  await press("Who was in it?");
  await dialog(page).locator("tbody tr").first().waitFor();
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "hidden" });
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Who was in it?", "the focus comes back");
  await press("All days");
  await page.evaluate(() => document.activeElement.blur());
  await press("Ended Sessions");
  await eventually(
    () => rows(page).count(),
    (shown) => assert.equal(shown, yesterday.max),
  );
});

pageTest("the dates below the graph stand apart on a narrow page", { scenario: withPast, context: { viewport: { width: 390, height: 844 } } }, async ({ page }) => {
  await plot(page).waitFor();
  const dates = await page.locator(".plot text:not(.count)").evaluateAll((all) =>
    all.map((each) => each.getBoundingClientRect()).map(({ left, right }) => ({ left, right })),
  );
  assert.ok(dates.length > 1);
  dates.slice(1).forEach(({ left }, index) => assert.ok(left >= dates[index].right + 4, JSON.stringify(dates)));
});

for (const [name, viewport] of [
  ["360 px", { width: 360, height: 740 }],
  ["200 %", { width: 640, height: 360 }],
]) {
  pageTest(`what has been is usable at ${name}`, { scenario: withPast, context: { viewport } }, async ({ page }) => {
    const fits = async (what) => {
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(overflow <= 0, `${what}: ${overflow} px too wide`);
    };
    await plot(page).click({ position: await overBar(page, 27) });
    await page.locator(".plot .curve").waitFor();
    await fits("curve");
    await page.getByRole("button", { name: "Who was in it?" }).click();
    await dialog(page).locator("tbody tr").first().waitFor();
    const box = await dialog(page).boundingBox();
    assert.ok(box.x >= 0 && box.x + box.width <= viewport.width, JSON.stringify(box));
    await page.keyboard.press("Escape");
    for (const list of ["Ended Sessions", "History", "Audit"]) {
      await tab(page, list).click();
      await page.locator(".scroller").waitFor();
      await fits(list);
    }
  });
}
