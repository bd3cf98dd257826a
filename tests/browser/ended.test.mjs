// The message to an agent whose session was closed, in Chromium: it is shown in every tab, and nothing but its button
// or the agent's own reload of it brings the application back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { newContext } from "./support/chromium.mjs";
import { startGateway, until } from "./support/nginx.mjs";

const html = (body) => `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>Application</title>${body}`;
const answer = (type, text) => (request, response) => {
  response.setHeader("Content-Type", type);
  response.end(text);
};

const pages = {
  "/app": html(`<h1>Home</h1><a href="/flow">Flow</a>`),
  "/form": html(`<form method="post" action="/save"><textarea name="text"></textarea><button>Save</button></form>`),
  "/framed": html(`<h1>Frame</h1><iframe src="/widget" name="widget" width="900" height="600"></iframe>`),
  "/reloader": html(`<h1>Reloader</h1><iframe src="/widget" name="widget"></iframe>
    <script>
      const frame = document.querySelector("iframe");
      setInterval(() => frame.contentWindow.location.replace("/widget"), 200);
    </script>`),
  "/self-reloading": html(`<h1>Restless</h1><script>setTimeout(() => location.reload(), 200);</script>`),
  "/refreshing": html(`<meta http-equiv="refresh" content="1"><h1>Refreshing</h1>`),
  "/polling": html(`<h1>Polling</h1><script>
      window.answers = [];
      setInterval(async () => {
        const response = await fetch("/poll");
        const text = await response.text();
        window.answers.push({
          status: response.status,
          ended: response.headers.get("Agent-Session"),
          type: response.headers.get("Content-Type"),
          text,
        });
      }, 50);
    </script>`),
  "/poll": answer("application/json", `{"news":0}`),
  "/with-worker": html(`<h1>Worker</h1><script>
      navigator.serviceWorker.register("/worker.js").then(() => navigator.serviceWorker.ready)
        .then(() => { document.title = "Ready"; });
    </script>`),
  "/worker.js": answer(
    "text/javascript",
    `self.addEventListener("install", () => self.skipWaiting());
     self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
     self.addEventListener("fetch", (event) => event.respondWith(fetch(event.request)));`,
  ),
};

/** A test with a gateway of its own and an agent whose session has begun. */
function agentTest(name, body) {
  test(name, { timeout: 60_000 }, async () => {
    const gateway = await startGateway(pages);
    const context = await newContext();
    context.setDefaultTimeout(10_000);
    try {
      const page = await context.newPage();
      const open = (path) => page.goto(gateway.url + path);
      await open("/app");
      await open("/app?login=alice");
      const [session] = await gateway.sessions();
      assert.equal(session?.agent, "alice");

      /** Ends the session and gives what the application has seen since. */
      const end = async () => {
        await gateway.terminateAll("The shift is over");
        const seen = gateway.requests.length;
        return () => gateway.requests.slice(seen);
      };
      const stillEnded = async () => assert.deepEqual(await gateway.sessions(), []);
      const newSession = async () => {
        const another = await context.newPage();
        await another.goto(gateway.url + "/app");
        const sessions = await gateway.sessions();
        assert.equal(sessions.length, 1);
        assert.notEqual(sessions[0].ref, session.ref);
        assert.ok(sessions[0].started > session.started, "a new start");
      };
      await body({ page, context, gateway, open, end, stillEnded, newSession });
    } finally {
      await context.close();
      await gateway.stop();
    }
  });
}

const isMessage = async (frame) => {
  const text = await frame.locator("body").innerText();
  for (const word of [/closed/i, /reload/i, /reactivate/i, /The shift is over/]) {
    assert.match(text, word);
  }
};
const isApplication = async (frame) => assert.equal(await frame.title(), "Application");
const button = (frame) =>
  frame.getByRole("link", { name: /reactivate/i }).or(frame.getByRole("button", { name: /reactivate/i }));
// As the key does it: the browser's own reload, which sends a POST again where the page came by one.
const reload = (page) => page.reload({ waitUntil: "load" });

agentTest("F5 shows the message, F5 on it brings the application back", async ({ page, open, end, newSession }) => {
  await open("/app");
  const seen = await end();
  assert.equal((await reload(page)).status(), 403);
  await isMessage(page);
  assert.deepEqual(seen(), []);
  assert.equal((await reload(page)).status(), 200);
  await isApplication(page);
  assert.deepEqual(seen(), ["GET /app"]);
  await newSession();
});

agentTest("every tab is told", async ({ page, context, open, end, stillEnded, newSession }) => {
  const second = await context.newPage();
  await open("/app");
  await second.goto(page.url());
  await second.goto(page.url().replace("/app", "/flow"));
  const seen = await end();
  await page.getByRole("link", { name: "Flow" }).click();
  await isMessage(page);
  await second.goto(page.url().replace("/flow", "/other"));
  await isMessage(second);
  assert.deepEqual(seen(), []);
  await stillEnded();
  await reload(second);
  await isApplication(second);
  await newSession();
});

agentTest("a click shows the message and its button leads to where the click went", async (agent) => {
  const { page, open, end, newSession } = agent;
  await open("/app");
  const seen = await end();
  await page.getByRole("link", { name: "Flow" }).click();
  await isMessage(page);
  assert.deepEqual(seen(), []);
  await button(page).click();
  await page.waitForFunction(() => document.title === "Application");
  assert.equal(new URL(page.url()).pathname + new URL(page.url()).search, "/flow", "without the mark");
  assert.deepEqual(seen(), ["GET /flow"]);
  await newSession();
});

agentTest("a POST is blocked, F5 does not send it again, and Back has the typed text", async (agent) => {
  const { page, open, end, stillEnded, newSession } = agent;
  await open("/form");
  await page.locator("textarea").fill("Half a page of notes");
  const seen = await end();
  await page.getByRole("button", { name: "Save" }).click();
  await isMessage(page);
  await reload(page);
  await isMessage(page);
  await stillEnded();
  assert.deepEqual(seen(), []);
  await page.goBack();
  await page.locator("textarea").waitFor();
  assert.equal(await page.locator("textarea").inputValue(), "Half a page of notes");
  await page.getByRole("button", { name: "Save" }).click();
  await isMessage(page);
  await button(page).click();
  await page.waitForFunction(() => document.title === "Application");
  assert.equal(new URL(page.url()).pathname, "/form", "the flow's page");
  assert.ok(!seen().some((request) => request.startsWith("POST")), "the blocked step was never sent");
  await newSession();
});

agentTest("a frame shows the message and its button works there", async ({ page, open, end, newSession }) => {
  await open("/framed");
  const widget = page.frame({ name: "widget" });
  await isApplication(widget);
  const seen = await end();
  await widget.evaluate(() => location.reload());
  await widget.waitForFunction(() => document.title !== "Application");
  await isMessage(widget);
  assert.deepEqual(seen(), []);
  await button(widget).click();
  await widget.waitForFunction(() => document.title === "Application");
  assert.deepEqual(seen(), ["GET /widget"]);
  await newSession();
});

agentTest("behind a service worker the message is shown and its button works", async (agent) => {
  const { page, open, end, stillEnded, newSession } = agent;
  await open("/with-worker");
  await page.waitForFunction(() => document.title === "Ready" && navigator.serviceWorker.controller !== null);
  const seen = await end();
  await reload(page);
  await isMessage(page);
  await reload(page);
  await isMessage(page);
  assert.deepEqual(
    seen().filter((request) => request !== "GET /worker.js"),
    [],
  );
  await stillEnded();
  await button(page).click();
  await page.waitForFunction(() => /Application|Ready/.test(document.title));
  await newSession();
});

for (const path of ["/self-reloading", "/refreshing"]) {
  agentTest(`${path} reaches the message and stays there`, async ({ page, open, end, stillEnded, newSession }) => {
    await open(path);
    const seen = await end();
    await page.getByText("The shift is over").waitFor();
    await pause(1500);
    await isMessage(page);
    assert.deepEqual(seen(), []);
    await stillEnded();
    await reload(page);
    await page.waitForFunction(() => document.title === "Application");
    await newSession();
  });
}

// Counted from outside: whatever Playwright evaluates in a page counts as the user's own act for some seconds, and
// Chromium then sends Sec-Fetch-User.
agentTest("a page that reloads its frame for ever does not reactivate", async ({ page, open, end, stillEnded }) => {
  const answers = [];
  page.on("response", (response) => {
    if (response.url().endsWith("/widget")) {
      answers.push(response.status());
    }
  });
  await open("/reloader");
  await until(() => answers.filter((status) => status === 200).length > 2, "the frame is reloaded");
  const seen = await end();
  await until(() => answers.filter((status) => status === 403).length > 5, "the frame is refused and reloaded");
  assert.deepEqual(seen(), []);
  await stillEnded();
});

agentTest("a polling page reads why, and does not reactivate", async (agent) => {
  const { page, gateway, open, end, stillEnded, newSession } = agent;
  await open("/polling");
  await page.waitForFunction(() => window.answers.some(({ status }) => status === 200));
  await gateway.terminateAll("The shift is over");
  await page.waitForFunction(() => window.answers.some(({ status }) => status === 403));
  const seen = await end();
  const count = await page.evaluate(() => window.answers.length);
  await page.waitForFunction((before) => window.answers.length > before + 5, count);
  const last = await page.evaluate(() => window.answers.at(-1));
  assert.equal(last.status, 403);
  assert.equal(last.ended, "ended");
  assert.match(last.type, /^application\/problem\+json/);
  const problem = JSON.parse(last.text);
  assert.equal(problem.code, "session_ended");
  assert.ok(problem.reactivate);
  assert.deepEqual(seen(), []);
  await stillEnded();
  await reload(page);
  await isMessage(page);
  await reload(page);
  await isApplication(page);
  await until(async () => (await page.evaluate(() => window.answers.at(-1)?.status)) === 200, "polls work again");
  await newSession();
});
