// The Chromium of a test file.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { chromium } from "playwright-core";

const launch = {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP *.test 127.0.0.1",
  ],
};

let browser;

before(async () => {
  browser = await chromium.launch(launch);
});

after(() => browser?.close());

/** A browser without cookies or a cache, as somebody has who comes for the first time; options of Playwright's newContext(). */
export const newContext = (options) => browser.newContext(options);

/** The same, in a browser that keeps pages for Back and Forward, which Playwright turns off. */
export async function newKeepingContext(options) {
  const keeping = await chromium.launch({ ...launch, ignoreDefaultArgs: ["--disable-back-forward-cache"] });
  const context = await keeping.newContext(options);
  context.on("close", () => void keeping.close().catch(() => {}));
  return context;
}

/** The same, of somebody who lets frames of other sites have cookies that are not partitioned. */
export async function newTrustingContext(options) {
  const profile = await mkdtemp(join(tmpdir(), "agent-sessions-profile-"));
  await mkdir(join(profile, "Default"));
  await writeFile(
    join(profile, "Default", "Preferences"),
    JSON.stringify({ profile: { cookie_controls_mode: 0, block_third_party_cookies: false } }),
  );
  const context = await chromium.launchPersistentContext(profile, { ...launch, ...options });
  context.on("close", () => void rm(profile, { recursive: true, force: true, maxRetries: 5 }).catch(() => {}));
  return context;
}
