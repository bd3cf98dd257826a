// A fresh context, page and server for each test. Every test also proves that the page wrote no error to the console,
// broke no rule of the Content-Security-Policy and asked for nothing outside its own folder.
import assert from "node:assert/strict";
import { test } from "node:test";
import { newContext } from "./chromium.mjs";
import { assertDescribed } from "./openapi.mjs";
import { startServer } from "./server.mjs";

/** Asks the API directly, as the page's user. */
function apiOf(context, url) {
  return async (path) => {
    const response = await context.request.get(new URL(`api/1/${path}`, url).href);
    assert.equal(response.status(), 200, path);
    return response.json();
  };
}

/** An answer that the page got from the API; undefined for anything else, and where the page has been left since. */
async function answerOf(url, request) {
  const path = `/${request.url().slice(url.length).split("?")[0]}`;
  if (!/^\/(api\/|health)/.test(path)) {
    return undefined;
  }
  try {
    const response = await request.response();
    const body = response.status() === 304 ? "" : await response.text();
    return { method: request.method(), path, status: response.status(), type: response.headers()["content-type"], body };
  } catch {
    return undefined;
  }
}

/**
 * A test with a page over its own server.
 * options: scenario for startServer; context: options of the browser's context; failedLoads: true where the test makes
 * the server refuse or go away, which Chromium itself reports on the console; invented: true where the test itself
 * gives answers for the server; outside: true where the test itself leaves the page's folder; prepare(page): before the page loads.
 */
export function pageTest(name, options, body) {
  test(name, async (context) => {
    const server = await startServer(options.scenario);
    const browserContext = await newContext({
      timezoneId: "Asia/Tokyo",
      locale: "en-US",
      ...options.context,
    });
    const complaints = [];
    const requests = [];
    try {
      const page = await browserContext.newPage();
      page.setDefaultTimeout(10_000);
      page.on("pageerror", (error) => complaints.push(`page error: ${error}`));
      page.on("console", (message) => {
        const failedLoad = options.failedLoads && message.text().startsWith("Failed to load resource");
        if (["error", "warning"].includes(message.type()) && !failedLoad) {
          complaints.push(`console: ${message.text()}`);
        }
      });
      page.on("request", (request) => requests.push(request));
      const answers = [];
      page.on("requestfinished", (request) => answers.push(answerOf(server.url, request)));
      page.on("dialog", (dialog) => {
        complaints.push(`a script ran: ${dialog.message()}`);
        void dialog.dismiss();
      });
      await page.exposeFunction("complain", (text) => void complaints.push(text));
      await page.addInitScript(() => {
        document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
          window.complain(`CSP: ${violatedDirective} ${blockedURI}`),
        );
      });
      await options.prepare?.(page);
      await page.goto(server.url);
      await page.locator("table, .notice").first().waitFor();
      await body({
        page,
        server,
        api: apiOf(browserContext, server.url),
        requests,
        context: browserContext,
        report: (words) => context.diagnostic(words),
      });
      assert.deepEqual(complaints, []);
      for (const request of options.outside ? [] : requests) {
        assert.ok(request.url().startsWith(server.url), `outside the page's folder: ${request.url()}`);
      }
      if (!options.invented) {
        (await Promise.all(answers)).filter(Boolean).forEach(assertDescribed);
      }
    } finally {
      await browserContext.close();
      await server.close();
    }
  });
}
