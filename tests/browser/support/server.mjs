// The server under the page. Tests get it from startServer() alone, so what serves them is decided here:
// AGENT_SESSIONS_PAGE=mock, for now the default, is the in-memory mock over build/web.
import { startMock } from "../../../admin/web/dev/mock_server.mjs";

/** The accounts of every scenario and their time zones. */
export const timeZones = { acme: "Europe/Paris", beta: "America/New_York" };

/**
 * Starts a server with these sessions:
 *   role, write      of the caller (operator, true)
 *   accounts         in the caller's scope (["acme"])
 *   total            licenses of an account, or null (50)
 *   sessions         [{agent, interactions: {name: instances}, account, user_agent}], oldest first; agent null = Guest
 * Resolves to
 *   url              of the page, below a prefix
 *   httpCredentials  for the browser's context, or undefined
 *   begin(session)   begins one more
 *   end(ref)         ends one behind the page's back
 *   away(), back()   the server goes, and comes back at the same URL
 *   close()          for good
 */
export async function startServer(scenario = {}) {
  const kind = process.env.AGENT_SESSIONS_PAGE ?? "mock";
  switch (kind) {
    case "mock":
      return mockServer(scenario);
    default:
      throw new Error(`AGENT_SESSIONS_PAGE=${kind} is not known`);
  }
}

async function mockServer({ role = "operator", write = true, accounts = ["acme"], total = 50, sessions = [] }) {
  let begun = 0;
  const start = Date.now() - sessions.length * 1000;
  const row = ({ agent = null, interactions = {}, account = "acme", user_agent = null }) => {
    const index = begun++;
    const instant = `${new Date(start + index * 1000).toISOString().slice(0, 19)}Z`;
    return {
      ref: `ref${String(index).padStart(6, "0")}`,
      account,
      time_zone: timeZones[account],
      label: null,
      agent,
      started: instant,
      last_seen: instant,
      interactions: Object.keys(interactions),
      instances: Object.values(interactions).reduce((sum, instances) => sum + instances, 0),
      address: "127.0.0.1",
      user_agent,
      state: "active",
    };
  };
  const server = await startMock({ role, write, accounts, total, sessions: sessions.map(row) });
  return {
    url: server.url,
    httpCredentials: undefined,
    begin: async (session) => void server.state.sessions.push(row(session)),
    end: async (ref) => {
      server.state.sessions = server.state.sessions.filter((session) => session.ref !== ref);
      server.state.gone.add(ref);
    },
    away: server.stop,
    back: server.start,
    close: server.stop,
  };
}
