// An in-memory stand-in for the admin API, for developing and testing the page without nginx. It follows the shapes
// of API version 1; it tracks nothing and proves nothing about the module.

import description from "../../openapi.json" with { type: "json" };

const { schema: sorts } = description.components.parameters.sort;
const { schema: limits } = description.components.parameters.limit;
const numeric = new Set(["instances"]);

const problem = (status, code, title, detail) => ({
  status,
  body: { type: `urn:agent-sessions:problem:${code}`, title, status, detail, code },
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

const kDayMs = 86_400_000;

/** Days that end today, with a maximum that follows the week. */
function inventDays(state, from, to) {
  const today = Date.parse(`${state.now().slice(0, 10)}T00:00:00Z`);
  const first = from ? Date.parse(`${from}T00:00:00Z`) : today - 29 * kDayMs;
  const last = Math.min(today, to ? Date.parse(`${to}T00:00:00Z`) : today);
  const days = [];
  for (let day = first; day <= last; day += kDayMs) {
    const back = Math.round((today - day) / kDayMs);
    const weekend = [0, 6].includes(new Date(day).getUTCDay());
    const share = weekend ? 0.22 : 0.72 + 0.33 * Math.abs(Math.sin(back * 1.7));
    const max = back === 17 ? null : Math.round((state.total ?? 50) * share);
    days.push({
      date: new Date(day).toISOString().slice(0, 10),
      max,
      max_at: max === null ? null : new Date(day + 49_500_000).toISOString(),
      refused: max !== null && state.total !== null && max > state.total ? max - state.total : 0,
      total: state.total,
      agents: max === null ? null : Math.round(max * 0.96),
      complete: back > 0,
    });
  }
  return days;
}

const inventMinutes = (state, peak) =>
  Array.from({ length: 1440 }, (_, minute) =>
    minute > 1200 ? null : Math.max(0, Math.round(peak * Math.sin(((minute - 380) / 800) * Math.PI) ** 0.6 || 0)),
  );

const asHistory = (session, changes = {}) => ({
  ref: session.ref,
  account: session.account,
  agent: session.agent,
  label: session.label,
  started: session.started,
  logged_in_at: session.agent === null ? null : session.started,
  last_seen: session.last_seen,
  ended_at: null,
  reason: null,
  by: null,
  ...changes,
});

const reasons = ["administrator", "idle", "logout", "idle", "absolute", "replaced"];
const inventEnded = (session, index) => {
  const reason = reasons[index % reasons.length];
  const byAdmin = reason === "administrator";
  return {
    ...asHistory(session, { ended_at: session.last_seen, reason, by: byAdmin ? "anna" : null }),
    why: byAdmin ? "end of shift" : null,
    message: byAdmin ? "See you tomorrow" : null,
  };
};

const inventAudit = (state) =>
  [3, 17, 1].map((ended, index) => ({
    id: 30 - index,
    at: state.now(),
    user: "anna",
    role: "operator",
    address: "10.0.0.7",
    action: "terminate",
    accounts: ["acme"],
    what: ended === 1 ? "0123456789abcdef0123456789abcdef" : `${ended} refs`,
    agent: null,
    reason: "end of shift",
    message: null,
    ended,
    result: "done",
  }));

const millisecondsOf = { s: 1_000, m: 60_000, h: 3_600_000 };

/** The session as it is once it is to end when its agent has finished. */
function markEnding(state, session, { in: within, message = null }) {
  const since = state.now();
  const [, number, unit] = /^(\d+)([smh])$/.exec(within ?? "") ?? [];
  const until = number ? new Date(Date.parse(since) + number * millisecondsOf[unit]).toISOString() : null;
  return { ...session, state: "ending", ending: { since, until, by: state.user, message } };
}

const missing = (state, ref) => (state.gone.has(ref) ? "already_gone" : "not_found");

/** Why the caller may change nothing; null where that is not so. */
function refusedChange({ role, write }) {
  if (role === "viewer") {
    return problem(403, "role_insufficient", "Your role may not do this", "The role viewer sees only.");
  }
  return write ? null : problem(403, "read_only", "This endpoint is read-only", "It is configured with write=off.");
}

/** A page of a record's list. */
const recordPage = (state, name, rows) => ({
  status: 200,
  body: {
    [name]: rows.slice(0, limits.default),
    filtered: rows.length,
    next: null,
    time_zone: state.time_zone,
    generated_at: state.now(),
  },
});

/**
 * @param state {sessions, user, role, accounts, write, total, time_zone, untracked, durable, usage, now}
 *   Kept by the caller, who may change it at any time; `gone` names the refs that were ended.
 * @param path below api/1/; "../../health" is health
 * @returns {status, body} for a method, a path below api/1/, parameters and a parsed body.
 */
export function answer(state, method, path, parameters, body) {
  const everything = state.accounts.includes("*");
  const account = parameters.get("account") ?? "";
  const inScope = (session) =>
    (everything || state.accounts.includes(session.account)) && (account === "" || session.account === account);
  const listed = state.sessions.filter(inScope);
  const zone = state.time_zone;

  if (path === "../../health") {
    const failing = state.health.length > 0;
    return { status: failing ? 503 : 200, body: { status: failing ? "failing" : "ok", reasons: state.health } };
  }

  if (method === "GET" && path === "") {
    const { user, role, accounts, write } = state;
    const who = { name: "agent-sessions", version: "0.1.0", api: 1, user, role, accounts, write };
    return { status: 200, body: { ...who, time_zone: zone, links: {} } };
  }

  if (method === "GET" && path === "accounts") {
    const names = [...new Set(listed.map((session) => session.account))].sort();
    const numbers = { current: 0, total: null, time_zone: zone, agents: 0, untracked: 0 };
    return { status: 200, body: { accounts: names.map((name) => ({ name, ...numbers })), generated_at: state.now() } };
  }

  if (method === "GET" && path === "usage") {
    const days = inventDays(state, parameters.get("from"), parameters.get("to"));
    const measured = days.flatMap(({ max, complete }) => (max === null || !complete ? [] : [max]));
    return {
      status: 200,
      body: {
        account: account || "*",
        time_zone: zone,
        current: listed.length,
        total: state.total,
        agents: new Set(listed.map(({ agent }) => agent).filter((agent) => agent !== null)).size,
        untracked: state.untracked,
        daily_average: measured.reduce((sum, max) => sum + max, 0) / measured.length,
        daily_max: Math.max(...measured),
        days,
        generated_at: state.now(),
        ...state.usage,
      },
    };
  }

  if (method === "GET" && path === "usage/minutes") {
    const day = parameters.get("day");
    const start = new Date(Date.parse(`${day}T00:00:00Z`) - 3_600_000).toISOString();
    const { max } = inventDays(state, day, day)[0] ?? { max: 0 };
    return {
      status: 200,
      body: {
        account: account || "*",
        time_zone: zone,
        day,
        start,
        step: 60,
        max: inventMinutes(state, max),
        total: state.total,
        generated_at: state.now(),
      },
    };
  }

  if (method === "GET" && path === "usage/peak") {
    const date = parameters.get("date");
    const { max = 0, max_at = null } = inventDays(state, date, date)[0] ?? {};
    const sessions = listed.slice(0, 40).map((session) => asHistory(session));
    const about = { account: account || "*", time_zone: zone, date, max, max_at };
    return { status: 200, body: { ...about, sessions, next: null, generated_at: state.now() } };
  }

  if (method === "GET" && path === "history") {
    return recordPage(
      state,
      "sessions",
      listed.map((session) => asHistory(session)),
    );
  }

  if (method === "GET" && path === "ended") {
    return recordPage(state, "sessions", listed.map(inventEnded));
  }

  if (method === "GET" && path === "audit") {
    return recordPage(state, "entries", inventAudit(state));
  }

  if (method === "GET" && path === "sessions") {
    const sort = parameters.get("sort") ?? sorts.default;
    const key = sort.replace(/^-/, "");
    if (!sorts.enum.includes(sort)) {
      return problem(400, "sort_not_supported", "The list cannot be sorted by this", `No column to sort by: ${key}`);
    }
    const limit = Math.min(Number(parameters.get("limit") ?? limits.default), limits.maximum);
    const search = parameters.get("q") ?? "";
    const agent = parameters.get("agent");
    const interaction = parameters.get("interaction");
    const address = parameters.get("address");
    const wantedState = parameters.get("state");
    const found = listed.filter(
      (session) =>
        (search === "" || matches(session, search)) &&
        (agent === null || (session.agent ?? "") === agent) &&
        (address === null || (session.address ?? "") === address) &&
        (wantedState === null || session.state === wantedState) &&
        (interaction === null || session.interactions.includes(interaction)),
    );
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
    const opened = () =>
      Array.from({ length: session.instances }, (_, index) => ({
        name: session.interactions[index % session.interactions.length],
        opened: session.started,
        last_seen: session.last_seen,
      }));
    return session
      ? { status: 200, body: { ...session, requests: 12, open_instances: opened() } }
      : problem(404, "session_not_found", "There is no such session", "");
  }

  if (method === "POST" && path === "erase") {
    if (state.role !== "admin") {
      return problem(403, "role_insufficient", "Your role does not allow this", "Only an admin erases.");
    }
    const pseudonym = "erased-0123456789abcdef";
    state.sessions = state.sessions.map((session) =>
      session.agent === body.agent && (body.account === undefined || body.account === session.account)
        ? { ...session, agent: pseudonym, address: null, user_agent: null }
        : session,
    );
    return { status: 200, body: { pseudonym, durable: state.durable } };
  }

  if (method === "POST" && path === "sessions/terminate") {
    const refused = refusedChange(state);
    if (refused) {
      return refused;
    }
    if (body.filter && Object.keys(body.filter).length === 0 && state.role !== "admin") {
      return problem(403, "role_insufficient", "Your role does not allow this", "Only an admin ends all.");
    }
    state.terminations.push(body);
    // Ends it, or marks it; gives the word for what became of it.
    const end = (session) => {
      const marked = body.when === "finished" && session.instances > 0 ? markEnding(state, session, body) : null;
      state.sessions = state.sessions.flatMap((other) => (other !== session ? [other] : marked ? [marked] : []));
      if (!marked) {
        state.gone.add(session.ref);
      }
      return marked ? "ending" : "terminated";
    };
    if (body.filter) {
      const { account: of = "", agent, q = "" } = body.filter;
      const matching = listed.filter(
        (session) =>
          (of === "" || session.account === of) &&
          (agent === undefined || session.agent === agent) &&
          (q === "" || matches(session, q)),
      );
      if (matching.length !== body.expected) {
        const changed = problem(409, "count_changed", "The number of sessions has changed", "Nothing was ended.");
        return { ...changed, body: { ...changed.body, count: matching.length } };
      }
      const words = matching.map(end);
      const ending = words.filter((word) => word === "ending").length;
      return {
        status: 200,
        body: { ended: matching.length - ending, ending, already_gone: 0, durable: state.durable },
      };
    }
    const results = body.refs.map((ref) => {
      const session = listed.find((candidate) => candidate.ref === ref);
      return { ref, result: session ? end(session) : missing(state, ref) };
    });
    return { status: 200, body: { results, durable: state.durable } };
  }

  if (method === "POST" && path === "sessions/keep") {
    const refused = refusedChange(state);
    if (refused) {
      return refused;
    }
    state.keeps.push(body);
    const results = body.refs.map((ref) => {
      const session = listed.find((candidate) => candidate.ref === ref);
      if (!session?.ending) {
        return { ref, result: session ? "not_ending" : missing(state, ref) };
      }
      state.sessions = state.sessions.map((other) => (other === session ? { ...other, state: "active", ending: null } : other));
      return { ref, result: "kept" };
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
    health: [],
    now: () => new Date().toISOString(),
    terminations: [],
    keeps: [],
    gone: new Set(),
    ...changes,
  };
}
