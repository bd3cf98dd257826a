// The script for the agent's pages, in Chromium: it tells at once that the session was closed, asks before it runs out
// idle, and the interactions that it names are counted right whatever becomes of their tabs.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { newContext, newKeepingContext, newTrustingContext } from "./support/chromium.mjs";
import { alone, clientTest, html, message, pages, reactivate, tag } from "./support/client.mjs";
import { eventually } from "./support/eventually.mjs";
import { startGateway } from "./support/nginx.mjs";

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

// Until the page's first heartbeat was answered: the next one is far away.
async function openAndHear(the, path) {
  const heard = the.page.waitForResponse((response) => response.request().method() === "POST");
  const page = await the.open(path);
  await (await heard).finished();
  return page;
}

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
    const page = await openAndHear(the, "/desk");
    await the.gateway.terminateAll();
    await page.evaluate(ask);
    await message(page).waitFor();
  });
}

const eventStream = (request, response) => {
  response.writeHead(200, { "Content-Type": "text/event-stream", "X-Accel-Buffering": "no" });
  response.write(": open\n\n");
};

for (const [kind, scheme] of [
  ["WebSocket", "ws:"],
  ["EventSource", "http:"],
]) {
  clientTest(
    `a page that only keeps a ${kind} is told without a heartbeat`,
    { client: "heartbeat=20m", further: { "/kept-open": eventStream } },
    async (the) => {
      const page = await openAndHear(the, "/desk");
      const isItself = await page.evaluate(async ([kind, scheme]) => {
        const Kind = globalThis[kind];
        window.kept = new Kind(`${scheme}//${location.host}/kept-open`);
        await new Promise((resolve) => window.kept.addEventListener("open", resolve));
        return window.kept instanceof Kind && window.kept.readyState === Kind.OPEN;
      }, [kind, scheme]);
      assert.ok(isItself);
      await the.gateway.terminateAll();
      await message(page).waitFor();
    },
  );
}

clientTest(
  "a page that connects anew as soon as it is cut is told without a heartbeat",
  { client: "heartbeat=20m", further: { "/kept-open": eventStream } },
  async (the) => {
    const page = await openAndHear(the, "/desk");
    // Browsers slow down websockets that fail, but not these.
    await page.evaluate(
      () =>
        new Promise((resolve) => {
          const connect = () => {
            const stream = new EventSource("/kept-open");
            stream.onopen = resolve;
            stream.onerror = () => {
              stream.close();
              connect();
            };
          };
          connect();
        }),
    );
    await the.gateway.terminateAll();
    await message(page).waitFor();
  },
);

clientTest("what is opened while a heartbeat is under way is told soon, too", { client: "heartbeat=20m" }, async (the) => {
  const { page } = the;
  let release;
  const held = new Promise((resolve) => (release = resolve));
  let isFirst = true;
  const isAsked = new Promise((asked) =>
    page.route("**/agent-sessions.js", async (route) => {
      if (route.request().method() !== "POST" || !isFirst) {
        await route.continue();
        return;
      }
      isFirst = false;
      const response = await route.fetch();
      asked();
      await held;
      await route.fulfill({ response });
    }),
  );
  await the.open("/desk");
  await isAsked;
  // The answer comes while the interaction waits to be told.
  await page.evaluate(() => void AgentSessions.open("Billing"));
  release();
  await the.counted(1);
});

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
  await assert.rejects(the.page.evaluate(() => AgentSessions.open("")), /TypeError: No name/);
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

clientTest(
  "a page that is kept for Back and Forward is closed meanwhile",
  { client: "heartbeat=20m", contextOf: newKeepingContext },
  async (the) => {
    const page = await the.open("/billing");
    await the.counted(1);
    const { instance } = await page.evaluate(() => {
      addEventListener("pageshow", ({ persisted }) => (window.persisted = persisted));
      return (window.interaction = AgentSessions.open("Refund"));
    });
    await the.counted(2);
    await page.getByRole("link", { name: "Leave" }).click();
    await the.counted(0);
    await page.goBack({ waitUntil: "commit" });
    await the.counted(2);
    assert.equal(await page.evaluate(() => window.persisted), true, "it was kept, not loaded anew");
    assert.equal(await page.evaluate(() => interaction.instance), instance);
  },
);

clientTest(
  "what requests and the script name alike is one interaction",
  {
    client: "heartbeat=20m",
    server: "agent_sessions_interaction $arg_interaction $arg_instance;",
    further: { "/both": html(`<script src="/agent-sessions.js" data-interaction="Billing" data-instance="5f1c"></script>`) },
  },
  async (the) => {
    const page = await the.open("/both?interaction=Billing&instance=5f1c");
    await page.waitForResponse((response) => response.request().method() === "POST");
    await the.counted(1);
    await page.evaluate(() => fetch("/poll?interaction=Refund&instance=5f1c"));
    await eventually(the.gateway.sessions, ([{ interactions, instances }]) =>
      assert.deepEqual([interactions, instances], [["Refund"], 1]),
    );
  },
);

clientTest("a heartbeat says that the agent was active only where the agent was, not a script of the page", {}, async (the) => {
  const page = await the.open("/desk");
  const nextBeacon = async () => (await page.waitForRequest((request) => request.method() === "POST")).postDataJSON();
  await nextBeacon();
  await page.evaluate(() => {
    for (const type of ["keydown", "pointerdown", "wheel", "input"]) {
      document.querySelector("textarea").dispatchEvent(new Event(type, { bubbles: true }));
    }
  });
  assert.equal((await nextBeacon()).active, false);
  await page.locator("textarea").press("a");
  assert.equal((await nextBeacon()).active, true);
  assert.equal((await nextBeacon()).active, false, "once");
});

clientTest(
  "an application can ask itself whether its agent is still there",
  {
    client: "heartbeat=1s warn=6s",
    server: "agent_sessions_timeout 8s absolute=1h;",
    further: {
      "/asks": html(`${tag}<script>
        AgentSessions.addEventListener("warning", (event) => {
          event.preventDefault();
          document.title = "warned";
          AgentSessions.addEventListener("active", () => (document.title = "active"), { once: true });
        });
      </script>`),
    },
  },
  async (the) => {
    const page = await the.open("/asks");
    await page.waitForFunction(() => document.title === "warned");
    assert.equal(await page.getByRole("alertdialog").count(), 0);
    await page.evaluate(() => AgentSessions.stay());
    await page.waitForFunction(() => document.title === "active");
  },
);

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
      ...(partitioned ? {} : { contextOf: newTrustingContext }),
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
