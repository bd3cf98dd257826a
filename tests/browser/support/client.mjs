// Application pages that include the script, behind a real nginx, in a browser of their agent.
import assert from "node:assert/strict";
import { test } from "node:test";
import { newContext } from "./chromium.mjs";
import { eventually } from "./eventually.mjs";
import { startGateway } from "./nginx.mjs";

export const tag = `<script src="/agent-sessions.js"></script>`;
export const html = (body) => `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>Application</title>${body}`;

export const pages = {
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
 * options: client: parameters of agent_sessions_client; server: directives; further: pages beside those above; tls;
 * begun: false where no session is to begin; contextOf: which kind of browser, of chromium.mjs; colorScheme.
 */
export function clientTest(
  name,
  { client = "heartbeat=1s", server = "", further = {}, tls = false, begun = true, contextOf = newContext, colorScheme = "light" },
  body,
) {
  test(name, { timeout: 90_000 }, async () => {
    const gateway = await startGateway({ ...pages, ...further }, {
      tls,
      server: `${server} location = /agent-sessions.js { agent_sessions_client browser ${client}; }`,
    });
    const context = await contextOf({ ignoreHTTPSErrors: true, colorScheme });
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

export const message = (page) => page.getByRole("alertdialog", { name: "Your session was closed" });
export const reactivate = (page) => message(page).getByRole("button", { name: "Reload and reactivate" });
export const alone = async (gateway) => {
  const sessions = await gateway.sessions();
  assert.equal(sessions.length, 1);
  return sessions[0];
};
