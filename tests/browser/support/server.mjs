// The server under the page: nginx with the module, the sessions of a scenario, and the page below a prefix.
import { startGateway } from "./nginx.mjs";
import { beginMany, beginSession } from "./sessions.mjs";

/** The accounts of every scenario and their time zones. */
export const timeZones = { acme: "Europe/Paris", beta: "America/New_York" };

const kPage = "/ops/agents/";

const places = ({ role, write, accounts, total, brand }) => ({
  http: `
    map $http_x_test_account $test_zone {
        ${Object.entries(timeZones)
          .map(([account, zone]) => `${account} ${zone};`)
          .join(" ")}
        default UTC;
    }
    ${
      total === null
        ? ""
        : Object.entries(timeZones)
            .map(([account, zone]) => `agent_sessions_license ${account} ${total} timezone=${zone};`)
            .join("\n")
    }`,
  server: `
        agent_sessions_account $http_x_test_account;
        agent_sessions_timezone $test_zone;
        agent_sessions_interaction $http_x_test_interaction $http_x_test_instance;
        location = /agent-sessions.js { agent_sessions_client browser heartbeat=1s; }
        location ~ ^/quick/(?<quick_agent>.+)$ {
            keepalive_requests 100000;
            agent_sessions_agent $quick_agent;
            add_header X-Status $agent_session_status;
            # A name is learned past the access checks only, ahead of which a "return" answers.
            try_files /nothing =204;
        }`,
  admin: `
        location ${kPage} {
            agent_sessions_timezone Europe/Paris;
            agent_sessions_admin browser write=${write ? "on" : "off"};
            agent_sessions_admin_account ${accounts.join(",")};
            agent_sessions_admin_role ${role};
            agent_sessions_admin_user anna;
            ${brand ? "agent_sessions_ui_root brand;" : ""}
        }
        location /proxied/deep/ {
            agent_sessions off;
            proxy_set_header Host $http_host;
            proxy_pass http://127.0.0.1:@PORT@${kPage};
        }
        location /elsewhere/ {
            agent_sessions_admin browser write=on;
            agent_sessions_admin_account *;
            agent_sessions_admin_role admin;
            agent_sessions_admin_user supervisor;
        }`,
});

/**
 * Starts a server with these sessions:
 *   role, write      of the caller (operator, true)
 *   accounts         in the caller's scope (["acme"])
 *   total            licenses of each account, or null (50)
 *   sessions         [{agent, interactions: {name: instances}, account, user_agent}], oldest first; agent null = Guest
 *   many             as many more, of agent-000000 and so on
 *   capacity         of the zone (1000)
 *   past             what the history holds, of pastOf() (nothing)
 *   state            the directory for what lasts (a good one)
 *   brand            {name: text} of the files that stand in for the page's (none)
 *   pages            of the application, by path (none of its own)
 * Resolves to
 *   url              of the page, below a prefix
 *   behindProxy      the page once more, below another path, through a proxy
 *   application      the URL of the application, of a page that names no interaction
 *   origin           the same without a path
 *   begin(session)   begins one more
 *   end(ref)         ends one behind the page's back
 *   letFinish(refs)  marks them as ending, without a limit, behind it
 *   away(), back()   the server goes, and comes back at the same URL
 *   reload()         nginx gets its configuration anew
 *   close()          for good
 */
export async function startServer({
  role = "operator",
  write = true,
  accounts = ["acme"],
  total = 50,
  sessions = [],
  many = 0,
  capacity = 1000,
  past = null,
  state,
  brand,
  pages = {},
} = {}) {
  const gateway = await startGateway(pages, { capacity, past, state, brand, ...places({ role, write, accounts, total, brand }) });
  try {
    for (const session of sessions) {
      await beginSession(gateway.url, session);
    }
    if (many > 0) {
      await beginMany(gateway.url, many);
    }
  } catch (error) {
    await gateway.stop().catch(() => {});
    throw error;
  }
  return {
    url: `${gateway.url}${kPage}`,
    behindProxy: `${gateway.url}/proxied/deep/`,
    application: `${gateway.url}/app`,
    origin: gateway.url,
    begin: (session) => beginSession(gateway.url, session),
    end: async (ref) => {
      const { status } = await fetch(`${gateway.url}/elsewhere/api/1/sessions/${ref}`, { method: "DELETE" });
      if (status !== 204) {
        throw new Error(`DELETE answered ${status}`);
      }
    },
    letFinish: async (refs) => {
      const { status } = await fetch(`${gateway.url}/elsewhere/api/1/sessions/terminate`, {
        method: "POST",
        headers: { "Content-Type": "application/json", "Sec-Fetch-Site": "same-origin" },
        body: JSON.stringify({ refs, when: "finished" }),
      });
      if (status !== 200) {
        throw new Error(`terminate answered ${status}`);
      }
    },
    away: gateway.halt,
    back: gateway.resume,
    reload: gateway.reload,
    close: gateway.stop,
  };
}
