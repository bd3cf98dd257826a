// An in-memory stand-in for the admin API, for developing and testing the page without nginx. It follows the shapes
// of API version 1; it tracks nothing and proves nothing about the module.

const kMaxLimit = 500;
const numeric = new Set(["instances"]);
const sortKeys = new Set([
  "agent",
  "started",
  "instances",
  "last_seen",
  "account",
  "label",
  "address",
  "user_agent",
  "state",
]);

const problem = (status, code, title, detail) => ({
  status,
  body: { type: "about:blank", title, status, detail, code },
});

const sortText = (session, key) => (key === "agent" ? (session.agent ?? "Guest") : (session[key] ?? ""));

function compare(key, descending) {
  const sign = descending ? -1 : 1;
  return (left, right) => {
    const [a, b] = numeric.has(key) ? [left[key], right[key]] : [sortText(left, key), sortText(right, key)];
    const order = a < b ? -1 : a > b ? 1 : left.ref < right.ref ? -1 : left.ref > right.ref ? 1 : 0;
    return sign * order;
  };
}

const matches = (session, words) =>
  [session.agent ?? "Guest", session.label, session.address, session.user_agent, session.ref, ...session.interactions]
    .filter((text) => text != null)
    .some((text) => text.toLowerCase().includes(words.toLowerCase()));

const usageAbsent = { daily_average: null, daily_max: null };

/**
 * @param state {sessions, user, role, accounts, write, total, time_zone, untracked, durable, usage, now}
 *   Kept by the caller, who may change it at any time; `gone` names the refs that were ended.
 * @returns {status, body} for a method, a path below api/1/, parameters and a parsed body.
 */
export function answer(state, method, path, parameters, body) {
  const everything = state.accounts.includes("*");
  const account = parameters.get("account") ?? "";
  const inScope = (session) =>
    (everything || state.accounts.includes(session.account)) && (account === "" || session.account === account);
  const listed = state.sessions.filter(inScope);
  const zone = state.time_zone;

  if (method === "GET" && path === "") {
    const { user, role, accounts, write } = state;
    return { status: 200, body: { version: "0.1.0", api: ["1"], user, role, accounts, write, links: {} } };
  }

  if (method === "GET" && path === "accounts") {
    const names = [...new Set(listed.map((session) => session.account))].sort();
    return { status: 200, body: { accounts: names.map((name) => ({ name })), generated_at: state.now() } };
  }

  if (method === "GET" && path === "usage") {
    return {
      status: 200,
      body: {
        account: account || "*",
        time_zone: zone,
        current: listed.length,
        total: state.total,
        agents: new Set(listed.map(({ agent }) => agent).filter((agent) => agent !== null)).size,
        untracked: state.untracked,
        ...usageAbsent,
        ...state.usage,
      },
    };
  }

  if (method === "GET" && path === "sessions") {
    const sort = parameters.get("sort") ?? "-started";
    const key = sort.replace(/^-/, "");
    if (!sortKeys.has(key)) {
      return problem(400, "sort_not_supported", "The list cannot be sorted by this", `No column to sort by: ${key}`);
    }
    const limit = Math.min(Number(parameters.get("limit") ?? 100), kMaxLimit);
    const search = parameters.get("q") ?? "";
    const found = listed.filter((session) => search === "" || matches(session, search));
    found.sort(compare(key, sort.startsWith("-")));
    let begin = 0;
    if (parameters.has("cursor")) {
      const offset = /^at-(\d+)$/.exec(parameters.get("cursor"));
      if (!offset) {
        return problem(400, "invalid_cursor", "The cursor does not fit", "Begin again without a cursor.");
      }
      begin = Number(offset[1]);
    }
    return {
      status: 200,
      body: {
        sessions: found.slice(begin, begin + limit),
        total: listed.length,
        filtered: found.length,
        next: begin + limit < found.length ? `at-${begin + limit}` : null,
        generated_at: state.now(),
        time_zone: zone,
      },
    };
  }

  if (method === "GET" && path.startsWith("sessions/")) {
    const session = listed.find(({ ref }) => ref === decodeURIComponent(path.slice("sessions/".length)));
    return session ? { status: 200, body: session } : problem(404, "session_not_found", "There is no such session", "");
  }

  if (method === "POST" && path === "sessions/terminate") {
    if (state.role === "viewer") {
      return problem(403, "role_insufficient", "Your role may not do this", "The role viewer sees only.");
    }
    if (!state.write) {
      return problem(403, "read_only", "This endpoint is read-only", "It is configured with write=off.");
    }
    state.terminations.push(body);
    const results = body.refs.map((ref) => {
      const session = listed.find((candidate) => candidate.ref === ref);
      if (session) {
        state.sessions = state.sessions.filter((candidate) => candidate !== session);
        state.gone.add(ref);
      }
      return { ref, result: session ? "terminated" : state.gone.has(ref) ? "already_gone" : "not_found" };
    });
    return { status: 200, body: { results, durable: state.durable } };
  }

  return problem(404, "not_found", "There is nothing here", path);
}

export function newState(changes = {}) {
  return {
    sessions: [],
    user: "anna",
    role: "operator",
    accounts: ["acme"],
    write: true,
    total: 50,
    time_zone: "Europe/Paris",
    untracked: 0,
    durable: false,
    usage: {},
    now: () => new Date().toISOString().replace(/\.\d+Z$/, "Z"),
    terminations: [],
    gone: new Set(),
    ...changes,
  };
}
