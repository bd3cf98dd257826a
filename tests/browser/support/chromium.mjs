// The Chromium of a test file.
import { after, before } from "node:test";
import { chromium } from "playwright-core";

let browser;

before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
});

after(() => browser?.close());

/** A browser without cookies or a cache, as somebody has who comes for the first time; options of Playwright's newContext(). */
export const newContext = (options) => browser.newContext(options);
