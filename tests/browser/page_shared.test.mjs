// The Active Agents page among other admins, through restarts of nginx, and for everybody; and its pictures.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { confirm, refresh, refs, rowOf, terminate, tickAll, tickOf, tickedRefs } from "./support/active_agents_page.mjs";
import { pageTest } from "./support/browser.mjs";
import { eventually } from "./support/eventually.mjs";
import { floor } from "./support/floor.mjs";
import { pastOf } from "./support/past.mjs";

const axeSource = createRequire(import.meta.url).resolve("axe-core");
const pictures = fileURLToPath(new URL("../../build/screenshots/", import.meta.url));

const fourAgents = { sessions: ["ada", "bob", "cy", "zoe"].map((agent) => ({ agent })) };

const floorWithPast = { ...floor, past: pastOf(Date.now()) };

async function axeViolations(page) {
  if (!(await page.evaluate(() => "axe" in window))) {
    await page.addScriptTag({ path: axeSource });
  }
  return page.evaluate(async () => {
    const { violations } = await window.axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  });
}

pageTest("two admins terminate overlapping selections at once: both get true results and no row lingers", { scenario: fourAgents }, async ({ page, context, server }) => {
  const other = await context.newPage();
  await other.goto(server.url);
  await other.locator("tbody tr").first().waitFor();
  for (const [admin, chosen] of [
    [page, ["ada", "bob", "cy"]],
    [other, ["bob", "cy", "zoe"]],
  ]) {
    for (const agent of chosen) {
      await tickOf(admin, agent).check();
    }
    await terminate(admin).click();
    await admin.locator('table[aria-busy="false"]').waitFor();
  }
  await Promise.all([page, other].map((admin) => confirm(admin).click()));
  const results = new Map();
  for (const admin of [page, other]) {
    await admin.locator(".outcome").waitFor();
    for (const row of await admin.locator(".outcome tbody tr").all()) {
      const agent = await row.locator("th").innerText();
      results.set(agent, [...(results.get(agent) ?? []), await row.locator("td:last-child").innerText()].sort());
    }
  }
  assert.deepEqual(Object.fromEntries(results), {
    ada: ["terminated"],
    bob: ["already gone", "terminated"],
    cy: ["already gone", "terminated"],
    zoe: ["terminated"],
  });
  for (const admin of [page, other]) {
    await eventually(
      async () => {
        await refresh(admin).click();
        return refs(admin);
      },
      (left) => assert.deepEqual(left, []),
    );
    assert.equal(await admin.locator(".empty").innerText(), "There are currently no Agents connected.");
  }
});

pageTest("nginx is reloaded, stopped and started under the open page: it says so and recovers by itself", { scenario: fourAgents, failedLoads: true }, async ({ page, server }) => {
  await tickOf(page, "ada").check();
  await page.getByRole("combobox", { name: "Live", exact: true }).selectOption("5");
  await server.reload();
  await refresh(page).click();
  await eventually(
    () => refs(page),
    (shown) => assert.equal(shown.length, 4),
  );
  assert.equal(await page.getByRole("alert").count(), 0);
  await server.away();
  await page.getByRole("alert").waitFor();
  assert.match(await page.getByRole("alert").innerText(), /The server does not answer/);
  assert.equal((await refs(page)).length, 4);
  await server.back();
  await page.getByRole("alert").waitFor({ state: "detached", timeout: 30_000 });
  assert.equal((await refs(page)).length, 4);
  assert.equal((await tickedRefs(page)).length, 1);
});

// The figures

pageTest("each figure says what it means when it is pointed at or focused", { scenario: fourAgents }, async ({ page }) => {
  for (const [name, words] of [
    ["Current", /takes one license/],
    ["Daily Average", /mean of the daily maximums over the 30 calendar days/],
    ["Daily Max", /highest number of sessions at one time within the 30 calendar days/],
  ]) {
    const term = page.locator(".term", { hasText: name });
    const tip = page.locator(`#${await term.getAttribute("aria-describedby")}`);
    assert.equal(await tip.isVisible(), false);
    await term.focus();
    assert.match(await tip.innerText(), words);
    await term.blur();
    await term.hover();
    assert.ok(await tip.isVisible());
    await page.mouse.move(0, 0);
  }
});

// Everybody

for (const colorScheme of ["light", "dark"]) {
  pageTest(
    `axe finds nothing to mend in ${colorScheme}: graph, table of days, filters, drawer`,
    // axe has to be put into the page, which the page's own policy rightly forbids.
    { scenario: floorWithPast, context: { colorScheme, bypassCSP: true } },
    async ({ page }) => {
      await page.locator(".plot .bar").first().waitFor();
      assert.deepEqual(await axeViolations(page), [], "graph");
      await page.getByRole("button", { name: "Table" }).click();
      assert.deepEqual(await axeViolations(page), [], "table of days");
      await page.locator("summary", { hasText: "Filters" }).click();
      await page.getByRole("checkbox", { name: "Guests only" }).check();
      await page.locator(".conditions").waitFor();
      assert.deepEqual(await axeViolations(page), [], "filters");
      await page.keyboard.press("Escape");
      await page.locator("tbody .open").first().click();
      await page.locator(".facts").waitFor();
      assert.deepEqual(await axeViolations(page), [], "drawer");
    },
  );

  pageTest(
    `pictures of the main states, ${colorScheme}`,
    { scenario: floorWithPast, context: { colorScheme, viewport: { width: 1280, height: 860 } } },
    async ({ page, report }) => {
      await mkdir(pictures, { recursive: true });
      const take = async (name) => page.screenshot({ path: `${pictures}${name}-${colorScheme}.png`, animations: "disabled" });
      await page.locator(".plot .bar").first().waitFor();
      await take("list");
      await page.locator(".plot svg").click({ position: { x: 0.9 * (await page.locator(".plot svg").boundingBox()).width, y: 60 } });
      await page.locator(".plot .curve").waitFor();
      await take("day");
      await page.getByRole("button", { name: "Who was in it?" }).click();
      await page.getByRole("dialog").waitFor();
      await take("peak");
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "All days" }).click();
      await rowOf(page, "chen.wei").getByRole("button").click();
      await page.getByRole("dialog").locator(".facts").waitFor();
      await take("drawer");
      await page.keyboard.press("Escape");
      await tickAll(page).check();
      await terminate(page).click();
      await page.getByRole("dialog").locator(".active").waitFor();
      await take("question");
      await confirm(page).click();
      await page.locator(".outcome").waitFor();
      await page.locator(".empty").waitFor();
      await take("result");
      for (const tab of ["Ended Sessions", "History", "Audit"]) {
        await page.getByRole("button", { name: tab, exact: true }).click();
        await page.locator(".scroller").waitFor();
        await take(tab.toLowerCase().replace(" ", "-"));
      }
      report(`pictures in ${pictures}`);
    },
  );
}
