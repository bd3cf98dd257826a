// An agent who is to finish: what the script says in the application's page, and what becomes of the session.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { alone, clientTest, html, message, reactivate, tag } from "./support/client.mjs";
import { eventually } from "./support/eventually.mjs";

const axeSource = createRequire(import.meta.url).resolve("axe-core");

const notice = (page) => page.getByRole("alertdialog", { name: "Your session will be closed" });
const putAway = (page) => notice(page).getByRole("button", { name: "OK" }).click();

/** Resolves when the script has asked and been answered so many times more. */
async function heartbeats(page, count) {
  for (let left = count; left > 0; --left) {
    await page.waitForResponse((response) => response.request().method() === "POST");
  }
}

const opened = {
  "/form": html(`${tag}<textarea></textarea><script>window.interaction = AgentSessions.open("Billing");</script>`),
};
const begin = async (the, path = "/form") => {
  const page = await the.open(path);
  await the.counted(1);
  return page;
};

clientTest("who types is told that the session is to be closed, until when and in which words, and types on", { further: opened }, async (the) => {
  const page = await begin(the);
  await page.locator("textarea").focus();
  await page.keyboard.type("half a");
  await the.gateway.letAllFinish({ in: "5m", message: "The shift <b>is</b> over" });
  await notice(page).waitFor();
  await page.keyboard.type(" sentence");
  assert.equal(await page.locator("textarea").inputValue(), "half a sentence");
  const text = await notice(page).innerText();
  assert.match(text, /An administrator closes it when you have finished, at the latest at /);
  assert.match(text, /The shift <b>is<\/b> over/);
  const { state, ending } = await alone(the.gateway);
  assert.equal(state, "ending");
  const near = await page.evaluate(
    (until) => [-3, -2, -1, 0, 1, 2, 3].map((seconds) => new Date(until + seconds * 1000).toLocaleTimeString()),
    Date.parse(ending.until),
  );
  assert.ok(near.some((time) => text.includes(`${time}.`)), `${text} is not at ${near[3]}`);

  await putAway(page);
  await notice(page).waitFor({ state: "detached" });
  await heartbeats(page, 2);
  assert.equal(await notice(page).count(), 0, "said once");
});

clientTest("without a limit and without words the notice names none", { further: opened }, async (the) => {
  const page = await begin(the);
  await the.gateway.letAllFinish();
  await notice(page).waitFor();
  assert.match(await notice(page).innerText(), /An administrator closes it when you have finished\.\s+OK$/);
  assert.equal(await notice(page).locator("blockquote").count(), 0);
});

clientTest("what the admin takes back is said no more, and the session goes on", { further: opened }, async (the) => {
  const page = await begin(the);
  const { ref } = await alone(the.gateway);
  await the.gateway.letAllFinish();
  await notice(page).waitFor();
  const active = page.evaluate(
    () => new Promise((resolve) => AgentSessions.addEventListener("active", ({ detail }) => resolve("ending" in detail), { once: true })),
  );
  await the.gateway.keep([ref]);
  await notice(page).waitFor({ state: "detached" });
  assert.equal(await active, false, "the page learns of it, too");
  await page.evaluate(() => interaction.close());
  await the.counted(0);
});

clientTest("asked for anew, in other words or for another time, it is said again", { further: opened }, async (the) => {
  const page = await begin(the);
  for (const manner of [{}, { message: "Now really" }, { message: "Now really", in: "1h" }, { message: "Now really", in: "5m" }]) {
    await the.gateway.letAllFinish(manner);
    await notice(page).waitFor();
    assert.equal((await notice(page).innerText()).includes("Now really"), "message" in manner);
    await putAway(page);
    await notice(page).waitFor({ state: "detached" });
  }
});

clientTest("when the last interaction closes, the message follows at once", { client: "heartbeat=20m", further: opened }, async (the) => {
  const page = await begin(the);
  await page.evaluate(() => void (window.second = AgentSessions.open("Refund")));
  await the.counted(2);
  await the.gateway.letAllFinish({ message: "Thank you" });
  await page.evaluate(() => AgentSessions.stay());
  await notice(page).waitFor();
  await page.evaluate(() => interaction.close());
  await the.counted(1);
  assert.equal(await message(page).count(), 0, "one of two");
  await page.evaluate(() => second.close());
  await message(page).waitFor();
  assert.match(await message(page).innerText(), /closed by an administrator[^]*Thank you/);
  assert.equal(await notice(page).count(), 0);
  await reactivate(page).click();
  await the.counted(1);
});

clientTest("when the time is up, the message follows at once", { client: "heartbeat=20m", further: opened }, async (the) => {
  const page = await begin(the);
  await the.gateway.letAllFinish({ in: "6s", message: "Time is up" });
  await page.evaluate(() => AgentSessions.stay());
  await notice(page).waitFor();
  await message(page).waitFor();
  assert.match(await message(page).innerText(), /Time is up/);
});

clientTest("an end now takes the place of the notice", { further: opened }, async (the) => {
  const page = await begin(the);
  await the.gateway.letAllFinish({ message: "Later" });
  await notice(page).waitFor();
  await the.gateway.terminateAll("Sooner");
  await message(page).waitFor();
  assert.match(await message(page).innerText(), /Sooner/);
  assert.equal(await notice(page).count(), 0);
});

clientTest("each of the agent's tabs says so", { further: opened }, async (the) => {
  const first = await begin(the);
  const second = await the.open("/desk", await the.context.newPage());
  await the.gateway.letAllFinish();
  await notice(first).waitFor();
  await notice(second).waitFor();
  await first.close({ runBeforeUnload: true });
  await message(second).waitFor({ timeout: 30_000 });
});

const step = (script, next) => html(`${tag}<script>${script}</script><a href="${next}">Next</a>`);
for (const [what, script] of [
  ["that opens something new in each page", `window.interaction = AgentSessions.open("Billing")`],
  ["that stays the same", `window.interaction = AgentSessions.open("Billing", "kept")`],
]) {
  clientTest(
    `an interaction of several pages ${what} is let finish, and not cut off between two of them`,
    { further: { "/step-1": step(script, "/step-2"), "/step-2": step(script, "/step-3"), "/step-3": step(script, "/") } },
    async (the) => {
      const page = await begin(the, "/step-1");
      const { ref } = await alone(the.gateway);
      await the.gateway.letAllFinish();
      await notice(page).waitFor();
      for (const path of ["/step-2", "/step-3"]) {
        await page.getByRole("link", { name: "Next" }).click();
        await page.waitForURL(`**${path}`);
        await notice(page).waitFor();
      }
      // Longer than what was left behind is taken for open.
      await eventually(
        () => heartbeats(page, 1).then(the.gateway.sessions),
        (sessions) => assert.ok(Date.now() - Date.parse(sessions[0].last_seen) > 12_000),
        40,
      );
      const session = await alone(the.gateway);
      assert.deepEqual([session.ref, session.state, session.instances], [ref, "ending", 1]);
      await page.evaluate(() => interaction.close());
      await message(page).waitFor();
    },
  );
}

clientTest("a page that opens one interaction and closes another at the same time goes on", { further: opened }, async (the) => {
  const page = await begin(the);
  const { ref } = await alone(the.gateway);
  await the.gateway.letAllFinish();
  await notice(page).waitFor();
  await page.evaluate(() => {
    const before = interaction;
    window.interaction = AgentSessions.open("Refund");
    before.close();
  });
  await eventually(the.gateway.sessions, (sessions) =>
    assert.deepEqual(sessions.map(({ interactions }) => interactions), [["Refund"]]),
  );
  assert.equal((await alone(the.gateway)).ref, ref);
  assert.equal(await message(page).count(), 0);
});

clientTest(
  "an application can say it itself, and in its own words",
  {
    further: {
      "/own": html(`${tag}<script>
        AgentSessions.open("Billing");
        AgentSessions.addEventListener("ending", (event) => {
          event.preventDefault();
          document.title = JSON.stringify(event.detail);
        });
      </script>`),
      "/german": html(`${tag}<script>
        AgentSessions.open("Billing");
        Object.assign(AgentSessions.words, {
          ending: "Ihre Sitzung wird geschlossen", endingDetail: "Wenn Sie fertig sind", endingUntil: "spätestens um", hide: "Gut" });
      </script>`),
    },
  },
  async (the) => {
    const page = await begin(the, "/own");
    await the.gateway.letAllFinish({ in: "1h", message: "Bye" });
    await page.waitForFunction(() => document.title.startsWith("{"));
    const { in: left, message: words, ...others } = JSON.parse(await page.title());
    assert.ok(left > 3500 && left <= 3601, String(left));
    assert.equal(words, "Bye");
    assert.deepEqual(others, {});
    assert.equal(await notice(page).count(), 0);

    const german = await the.open("/german", await the.context.newPage());
    const said = german.getByRole("alertdialog", { name: "Ihre Sitzung wird geschlossen" });
    await said.waitFor();
    assert.match(await said.innerText(), /Wenn Sie fertig sind, spätestens um .*\d.*\./);
    await said.getByRole("button", { name: "Gut" }).click();
    await said.waitFor({ state: "detached" });
  },
);

clientTest(
  "an agent who is to finish is asked as well before the session runs out idle, and stays",
  { client: "heartbeat=1s warn=6s", server: "agent_sessions_timeout 8s absolute=1h;", further: opened },
  async (the) => {
    const page = await begin(the);
    await the.gateway.letAllFinish();
    const question = page.getByRole("alertdialog", { name: "Are you still there?" });
    await question.waitFor();
    assert.equal(await notice(page).count(), 0, "one at a time");
    await question.getByRole("button", { name: "Stay" }).click();
    await notice(page).waitFor();
    assert.equal((await alone(the.gateway)).state, "ending");
  },
);

clientTest("a strict Content-Security-Policy with trusted types allows the notice", {}, async (the) => {
  const complaints = [];
  the.page.on("console", (line) => /policy|trusted/i.test(line.text()) && complaints.push(line.text()));
  the.page.on("pageerror", (error) => complaints.push(String(error)));
  const page = await the.open("/strict");
  await page.evaluate(() => void AgentSessions.open("Billing"));
  await the.counted(1);
  await the.gateway.letAllFinish({ in: "1h", message: "Words" });
  await notice(page).waitFor();
  const { width, viewport } = { ...(await notice(page).boundingBox()), viewport: page.viewportSize() };
  assert.ok(width > 200 && width < viewport.width / 2, `${width} px`);
  await putAway(page);
  assert.deepEqual(complaints, []);
});

clientTest(
  "in a frame of another site the notice is shown, and the message after it",
  {
    tls: true,
    begun: false,
    further: opened,
    server: `
      agent_sessions_cookie desk samesite=none partitioned;
      location = /outer {
        agent_sessions off;
        default_type text/html;
        return 200 '<iframe src="https://desk.test:$server_port/form" width="900" height="600"></iframe>';
      }`,
  },
  async (the) => {
    // What a page says while it is left may come after what it says last.
    const asked = the.page.waitForResponse((response) => response.request().method() === "POST");
    await the.page.goto(`https://outer.test:${the.gateway.tlsPort}/outer`);
    const frame = the.page.frameLocator("iframe");
    await frame.locator("textarea").waitFor();
    await asked;
    await the.page.reload();
    await the.counted(1);
    await the.gateway.letAllFinish({ message: "Out of the frame" });
    await notice(frame).waitFor();
    assert.match(await notice(frame).innerText(), /Out of the frame/);
    await frame.locator("textarea").evaluate(() => interaction.close());
    await message(frame).waitFor();
  },
);

for (const colorScheme of ["light", "dark"]) {
  clientTest(
    `axe finds nothing to mend in the notice and the message in ${colorScheme}`,
    {
      colorScheme,
      further: {
        "/scheme": html(`${tag}<style>:root { color-scheme: light dark }</style><main><h1>Billing</h1></main><script>
          document.documentElement.lang = "en";
          AgentSessions.open("Billing");
        </script>`),
      },
    },
    async (the) => {
      const page = await begin(the, "/scheme");
      const violations = async () => {
        await page.addScriptTag({ path: axeSource });
        return page.evaluate(async () => {
          const { violations } = await window.axe.run();
          return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
        });
      };
      await the.gateway.letAllFinish({ in: "1h", message: "The shift is over" });
      await notice(page).waitFor();
      const [text, ground] = await notice(page).evaluate((dialog) => {
        const { color, backgroundColor } = getComputedStyle(dialog);
        return [color, backgroundColor].map((value) => Number(/\d+/.exec(value)[0]));
      });
      assert.ok(colorScheme === "light" ? ground > text : ground < text, `${text} on ${ground}`);
      assert.deepEqual(await violations(), [], "notice");
      await the.gateway.terminateAll("The shift is over");
      await message(page).waitFor();
      assert.deepEqual(await violations(), [], "message");
    },
  );
}

clientTest("the notice leaves a narrow page to its agent, too", { further: opened }, async (the) => {
  await the.page.setViewportSize({ width: 360, height: 640 });
  const page = await begin(the);
  await the.gateway.letAllFinish({ in: "1h", message: "W".repeat(256) });
  await notice(page).waitFor();
  const { x, y, width, height } = await notice(page).boundingBox();
  assert.ok(x >= 0 && x + width <= 360 && y >= 100 && y + height <= 640, JSON.stringify({ x, y, width, height }));
});

clientTest("the session ends with the agent's own reason when the agent logs out first", {
  further: opened,
  server: "location = /logout { agent_sessions_logout 1; return 204; }",
}, async (the) => {
  const page = await begin(the);
  await the.gateway.letAllFinish();
  await notice(page).waitFor();
  await page.evaluate(() => fetch("/logout"));
  await eventually(the.gateway.sessions, (sessions) => assert.deepEqual(sessions, []));
  await notice(page).waitFor({ state: "detached" });
  assert.equal(await message(page).count(), 0);
});
