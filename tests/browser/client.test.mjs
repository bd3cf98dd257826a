// The script for the agent's pages, in Chromium: it tells at once that the session was closed, asks before it runs out
// idle, and the interactions that it names are counted right whatever becomes of their tabs.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { newContext, newTrustingContext } from "./support/chromium.mjs";
import { eventually } from "./support/eventually.mjs";
import { startGateway } from "./support/nginx.mjs";

const tag = `<script src="/agent-sessions.js"></script>`;
const html = (body) => `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>Application</title>${body}`;

const pages = {
  "/desk": html(`${tag}<textarea></textarea><a href="/flow">Flow</a><form action="/save"><button>Save</button></form>`),
  "/billing": html(`<script src="/agent-sessions.js" data-interaction="Billing"></script><a href="/plain">Leave</a>`),
  "/twice": html(`${tag}<script>
      window.first = AgentSessions.open("Billing");
      window.second = AgentSessions.open("Billing");
    </script>`),
  // An application that keeps its instance where a duplicated tab gets a copy of it.
  "/kept": html(`${tag}<script>
      sessionStorage.instance ??= "kept-" + Math.random();
      window.interaction = AgentSessions.open("Billing", sessionStorage.instance);
    </script>`),
  "/own-message": html(`${tag}<script>
      AgentSessions.addEventListener("ended", (event) => {
        event.preventDefault();
        document.title = event.detail.reason;
      });
    </script>`),
  "/strict": (request, response) => {
    response.setHeader("Content-Type", "text/html");
    response.setHeader(
      "Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; require-trusted-types-for 'script'",
    );
    response.end(html(`${tag}<h1>Strict</h1>`));
  },
  "/covering": html(`${tag}<style>html > * { display: none !important } * { pointer-events: none !important }</style>
    <dialog>The application's own</dialog><script>document.querySelector("dialog").showModal();</script>`),
  "/poll": (request, response) => {
    response.setHeader("Content-Type", "application/json");
    response.end("{}");
  },
};

/**
 * options: client: parameters of agent_sessions_client; server: directives; tls; begun: false where no session is to
 * begin; thirdParty: true where frames of other sites are to have cookies that are not
 * partitioned.
 */
function clientTest(name, { client = "heartbeat=1s", server = "", tls = false, begun = true, thirdParty = false }, body) {
  test(name, { timeout: 90_000 }, async () => {
    const gateway = await startGateway(pages, {
      tls,
      server: `${server} location = /agent-sessions.js { agent_sessions_client browser ${client}; }`,
    });
    const context = await (thirdParty ? newTrustingContext : newContext)({ ignoreHTTPSErrors: true });
    context.setDefaultTimeout(10_000);
    try {
      const page = await context.newPage();
      const open = async (path, inPage = page) => {
        await inPage.goto(gateway.url + path);
        return inPage;
      };
      if (begun) {
        await open("/");
        await open("/?login=alice");
      }
      const counted = (expected) =>
        eventually(gateway.sessions, (sessions) =>
          assert.deepEqual(sessions.map(({ instances }) => instances), [expected]),
        );
      await body({ gateway, context, page, open, counted });
    } finally {
      await context.close();
      await gateway.stop();
    }
  });
}

const message = (page) => page.getByRole("alertdialog", { name: "Your session was closed" });
const reactivate = (page) => message(page).getByRole("button", { name: "Reload and reactivate" });
const alone = async (gateway) => {
  const sessions = await gateway.sessions();
  assert.equal(sessions.length, 1);
  return sessions[0];
};

clientTest("a page that asks for nothing is told that its session was closed, why, and in the admin's words", {}, async (the) => {
  const page = await the.open("/desk?step=2");
  const { ref } = await alone(the.gateway);
  await the.gateway.terminateAll("The shift <b>is</b> over");
  await message(page).waitFor();
  const text = await message(page).innerText();
  assert.match(text, /closed by an administrator/);
  assert.match(text, /reload and reactivate/);
  assert.match(text, /The shift <b>is<\/b> over/);
  await reactivate(page).click();
  await message(page).waitFor({ state: "detached" });
  await page.waitForURL(`${the.gateway.url}/desk?step=2`);
  const session = await alone(the.gateway);
  assert.notEqual(session.ref, ref);
  assert.equal(session.agent, "alice");
});

for (const [how, ask] of [
  ["fetch", () => void fetch("/poll")],
  [
    "XMLHttpRequest",
    () => {
      const request = new XMLHttpRequest();
      request.open("GET", "/poll");
      request.send();
    },
  ],
]) {
  clientTest(`a refused ${how} of the page is noticed without a heartbeat`, { client: "heartbeat=20m" }, async (the) => {
    const page = await the.open("/desk");
    const state = page.evaluate(() => new Promise((resolve) => AgentSessions.addEventListener("active", resolve)).then(() => "active"));
    assert.equal(await state, "active");
    await the.gateway.terminateAll();
    await page.evaluate(ask);
    await message(page).waitFor();
  });
}

clientTest("the page can be shown to copy what was typed, and nothing is sent", {}, async (the) => {
  const page = await the.open("/desk");
  await page.locator("textarea").fill("an hour of work");
  await the.gateway.terminateAll();
  await message(page).waitFor();
  const seen = the.gateway.requests.length;
  await message(page).getByRole("button", { name: "Show my page" }).click();
  await page.locator("textarea").click();
  assert.equal(await page.locator("textarea").inputValue(), "an hour of work");
  await page.getByRole("link", { name: "Flow" }).click();
  await message(page).getByRole("button", { name: "Show my page" }).click();
  await page.getByRole("button", { name: "Save" }).click();
  await message(page).getByRole("button", { name: "Show my page" }).click();
  assert.equal(await page.locator("textarea").inputValue(), "an hour of work");
  assert.equal(page.url(), `${the.gateway.url}/desk`);
  assert.deepEqual(the.gateway.requests.slice(seen), []);
  await reactivate(page).click();
  await eventually(the.gateway.sessions, (sessions) => assert.equal(sessions.length, 1));
});

clientTest("the message stands over whatever the application shows, and keeps the focus", {}, async (the) => {
  const page = await the.open("/covering");
  await the.gateway.terminateAll();
  await message(page).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  for (let times = 0; times < 5; ++times) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => document.activeElement?.tagName);
    assert.ok(["AGENT-SESSION-MESSAGE", "BODY"].includes(focused), focused);
  }
  await reactivate(page).click();
  await eventually(the.gateway.sessions, (sessions) => assert.equal(sessions.length, 1));
});

clientTest("a strict Content-Security-Policy with trusted types allows all that it does", {}, async (the) => {
  const complaints = [];
  the.page.on("console", (line) => /policy|trusted/i.test(line.text()) && complaints.push(line.text()));
  the.page.on("pageerror", (error) => complaints.push(String(error)));
  const page = await the.open("/strict");
  await the.gateway.terminateAll("Words");
  await message(page).waitFor();
  assert.ok((await message(page).boundingBox()).width > 200);
  assert.deepEqual(complaints, []);
});

clientTest("what another tab reactivates goes on here without a reload", {}, async (the) => {
  const first = await the.open("/desk");
  await first.locator("textarea").fill("typed");
  const second = await the.open("/desk", await the.context.newPage());
  await the.gateway.terminateAll();
  await message(first).waitFor();
  await message(second).waitFor();
  await reactivate(second).click();
  await message(first).waitFor({ state: "detached" });
  assert.equal(await first.locator("textarea").inputValue(), "typed");
});

clientTest("an application can tell its agent itself", {}, async (the) => {
  const page = await the.open("/own-message");
  await the.gateway.terminateAll();
  await page.waitForFunction(() => document.title === "administrator");
  assert.equal(await message(page).count(), 0);
});

clientTest("a page that polls on after the end asks no more often than before", {}, async (the) => {
  const page = await the.open("/desk");
  let beacons = 0;
  page.on("request", (request) => (beacons += request.method() === "POST" ? 1 : 0));
  await the.gateway.terminateAll();
  await message(page).waitFor();
  beacons = 0;
  await page.evaluate(async () => {
    for (let times = 0; times < 50; ++times) {
      await fetch("/poll");
    }
  });
  assert.ok(beacons < 25, `${beacons} beacons`);
});

clientTest("names of any length and more interactions than are named do no harm", {}, async (the) => {
  await the.open("/desk?" + "a".repeat(3000));
  await the.page.evaluate(() => {
    AgentSessions.open("長".repeat(1000));
    for (let number = 0; number < 70; ++number) {
      AgentSessions.open("Billing");
    }
  });
  await the.counted(64);
  await assert.rejects(the.page.evaluate(() => AgentSessions.open("")), /needs a name/);
});

clientTest(
  "the agent is asked before the session runs out idle, and stays",
  { client: "heartbeat=1s warn=6s", server: "agent_sessions_timeout 8s absolute=1h;" },
  async (the) => {
    const page = await the.open("/desk");
    const question = page.getByRole("alertdialog", { name: "Are you still there?" });
    await question.waitFor();
    assert.match(await question.innerText(), /\d:\d\d/);
    await question.getByRole("button", { name: "Stay" }).click();
    await question.waitFor({ state: "detached" });
    await alone(the.gateway);
    // Nobody stays: it runs out, and that is told nobody.
    await question.waitFor();
    await eventually(the.gateway.sessions, (sessions) => assert.deepEqual(sessions, []));
    await question.waitFor({ state: "detached" });
    assert.equal(await message(page).count(), 0);
  },
);

clientTest("each tab and window counts, and what is left is closed by a beacon", { client: "heartbeat=20m" }, async (the) => {
  await the.open("/billing");
  await the.counted(1);
  const tab = await the.open("/billing", await the.context.newPage());
  await the.counted(2);
  await the.page.reload();
  await the.counted(2);
  const opened = the.context.waitForEvent("page");
  await the.page.evaluate(() => void open("/billing", "", "popup,width=300,height=300"));
  await the.counted(3);
  assert.deepEqual((await alone(the.gateway)).interactions, ["Billing"]);
  await (await opened).close({ runBeforeUnload: true });
  await the.counted(2);
  await tab.getByRole("link", { name: "Leave" }).click();
  await the.counted(1);
  await tab.goBack();
  await the.counted(2);
});

clientTest("two interactions of one name in one page are two, and each is renamed and closed alone", {}, async (the) => {
  await the.open("/twice");
  await the.counted(2);
  await the.page.evaluate(() => second.rename("Refund"));
  await eventually(the.gateway.sessions, ([{ interactions }]) => assert.deepEqual(interactions, ["Billing", "Refund"]));
  await the.page.evaluate(() => first.close());
  await eventually(the.gateway.sessions, ([{ interactions, instances }]) =>
    assert.deepEqual([interactions, instances], [["Refund"], 1]),
  );
  await the.page.evaluate(() => AgentSessions.close());
  await the.counted(0);
});

clientTest("a duplicated tab, which brings the same instance twice, is one more", { client: "heartbeat=20m" }, async (the) => {
  await the.open("/kept");
  await the.counted(1);
  const kept = await the.page.evaluate(() => interaction.instance);
  const opened = the.context.waitForEvent("page");
  await the.page.evaluate(() => void open("/kept"));
  const copy = await opened;
  await copy.waitForFunction((instance) => window.interaction?.instance !== instance, kept);
  assert.equal(await copy.evaluate(() => sessionStorage.instance), kept, "the tab's storage was copied");
  assert.equal(await the.page.evaluate(() => interaction.instance), kept);
  await the.counted(2);
  await the.page.close({ runBeforeUnload: true });
  await the.counted(1);
  await copy.close({ runBeforeUnload: true });
  await the.counted(0);
});

clientTest("a page that is kept for Back and Forward is closed meanwhile", { client: "heartbeat=20m" }, async (the) => {
  const page = await the.open("/billing");
  await the.counted(1);
  const pass = (type) => page.evaluate((type) => void dispatchEvent(new PageTransitionEvent(type, { persisted: true })), type);
  await pass("pagehide");
  await the.counted(0);
  await pass("pageshow");
  await the.counted(1);
});

clientTest(
  "a page whose machine sleeps is closed by its timeout and open again when it wakes",
  { client: "heartbeat=1s", server: "agent_sessions_timeout 30m absolute=1h instance=3s;" },
  async (the) => {
    const page = await the.open("/billing");
    await the.counted(1);
    const devtools = await the.context.newCDPSession(page);
    await devtools.send("Debugger.enable");
    await devtools.send("Debugger.pause");
    await the.counted(0);
    await devtools.send("Debugger.resume");
    await the.counted(1);
    await pause(4_000);
    await the.counted(1);
  },
);

for (const [kind, partitioned] of [["n unpartitioned", ""], [" partitioned", " partitioned"]]) {
  clientTest(
    `in a frame of another site, with a${kind} cookie, it is tracked, ended, told and reactivated`,
    {
      tls: true,
      begun: false,
      thirdParty: !partitioned,
      server: `
        agent_sessions_cookie desk samesite=none${partitioned};
        location = /outer {
          agent_sessions off;
          default_type text/html;
          return 200 '<iframe src="https://desk.test:$server_port/billing" width="900" height="600"></iframe>';
        }`,
    },
    async ({ gateway, page }) => {
      await page.goto(`https://outer.test:${gateway.tlsPort}/outer`);
      const frame = page.frameLocator("iframe");
      await frame.getByRole("link", { name: "Leave" }).waitFor();
      await page.reload();
      await eventually(gateway.sessions, (sessions) => assert.deepEqual(sessions.map(({ instances }) => instances), [1]));
      const { ref } = await alone(gateway);
      await gateway.terminateAll("Out of the frame");
      await message(frame).waitFor();
      assert.match(await message(frame).innerText(), /Out of the frame/);
      await reactivate(frame).click();
      await eventually(gateway.sessions, (sessions) => {
        assert.deepEqual(sessions.map(({ instances }) => instances), [1]);
        assert.notEqual(sessions[0].ref, ref);
      });
    },
  );
}

clientTest("on plain http with a host name, where browsers send no Sec-Fetch, all works as well", { begun: false }, async (the) => {
  const { gateway, page } = the;
  const url = `http://desk.test:${gateway.port}`;
  const sent = page.waitForRequest((request) => request.method() === "POST");
  await page.goto(`${url}/billing`);
  assert.equal((await (await sent).allHeaders())["sec-fetch-site"], undefined);
  await page.goto(`${url}/billing`);
  await the.counted(1);
  const { ref } = await alone(gateway);
  await gateway.terminateAll();
  await message(page).waitFor();
  await page.reload();
  assert.match(await page.locator("h1").innerText(), /closed/);
  await page.goto(`${url}/other`);
  await page.getByRole("link", { name: /reactivate/i }).click();
  await page.waitForURL(`${url}/other`);
  assert.notEqual((await alone(gateway)).ref, ref);
});

test("from another origin it works where that is allowed, and not where it is not", { timeout: 90_000 }, async () => {
  let script;
  const other = createServer((request, response) => {
    response.setHeader("Content-Type", "text/html");
    response.end(html(`<script src="${script}" data-interaction="Billing"></script><h1>Elsewhere</h1>`));
  });
  await new Promise((resolve) => other.listen(0, "127.0.0.1", resolve));
  const elsewhere = `http://127.0.0.1:${other.address().port}`;
  const gateway = await startGateway(pages, {
    server: `
      location = /allowed.js { agent_sessions_client browser heartbeat=1s origin=${elsewhere}; }
      location = /closed.js { agent_sessions_client browser heartbeat=1s; }`,
  });
  const context = await newContext();
  context.setDefaultTimeout(10_000);
  try {
    const page = await context.newPage();
    await page.goto(`${gateway.url}/`);
    await page.goto(`${gateway.url}/?login=alice`);
    script = `${gateway.url}/closed.js`;
    await page.goto(elsewhere);
    assert.equal(await page.evaluate(() => typeof AgentSessions), "undefined");
    script = `${gateway.url}/allowed.js`;
    await page.goto(elsewhere);
    await eventually(gateway.sessions, (sessions) => assert.deepEqual(sessions.map(({ instances }) => instances), [1]));
    const { ref } = await alone(gateway);
    await gateway.terminateAll();
    await message(page).waitFor();
    await reactivate(page).click();
    await eventually(gateway.sessions, (sessions) => {
      assert.deepEqual(sessions.map(({ instances }) => instances), [1]);
      assert.notEqual(sessions[0].ref, ref);
    });
    assert.equal(page.url(), `${elsewhere}/`);
  } finally {
    await context.close();
    await gateway.stop();
    other.closeAllConnections();
    await new Promise((resolve) => other.close(resolve));
  }
});
