// The page over 100,000 sessions.
import assert from "node:assert/strict";
import { afterList, figure, refs, tickedRefs } from "./support/active_agents_page.mjs";
import { pageTest } from "./support/browser.mjs";

const many = 100_000;

/** Collects how long the page's script kept the browser busy at a stretch. */
const watchLongTasks = (page) =>
  page.addInitScript(() => {
    window.longTasks = [];
    new PerformanceObserver((list) => {
      window.longTasks.push(...list.getEntries().map(({ duration }) => Math.round(duration)));
    }).observe({ type: "longtask", buffered: true });
  });

pageTest(
  "100,000 sessions: first paint, sort, search and page turn are answered, and ticks survive them",
  {
    scenario: { many, capacity: 120_000, total: 100_500, sessions: [{ agent: "the needle" }] },
    prepare: watchLongTasks,
  },
  async ({ page, report }) => {
    assert.equal((await refs(page)).length, 100);
    assert.equal((await figure(page, "Current")).value, "100,001 of 100,500");
    const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
    await page.locator("tbody input[type=checkbox]").first().check();
    const [ticked] = await tickedRefs(page);

    const took = {};
    const timed = async (name, act) => {
      const start = Date.now();
      await afterList(page, act);
      took[name] = `${Date.now() - start} ms`;
    };
    await timed("sort", () => page.locator("thead .column-agent button").click());
    assert.match(await page.locator("tbody .column-agent").first().innerText(), /^agent-000000/);
    await timed("page turn", () => page.getByRole("button", { name: "Next" }).first().click());
    assert.match(await page.locator("tbody .column-agent").first().innerText(), /^agent-000100/);
    await timed("search", () => page.getByRole("searchbox").fill("needle"));
    assert.deepEqual(await page.locator("tbody .column-agent").allInnerTexts(), ["the needle"]);
    assert.match(await page.locator(".selection").innerText(), /^1 selected, 1 of them not on this page/);
    await timed("no search", () => page.getByRole("searchbox").fill(""));
    await timed("back to the newest", () => page.locator("thead .column-started button").click());
    assert.deepEqual(await tickedRefs(page), [ticked]);

    const longest = Math.max(0, ...(await page.evaluate(() => window.longTasks)));
    report(`first paint ${Math.round(paint)} ms, longest task ${longest} ms, ${JSON.stringify(took)}`);
  },
);
