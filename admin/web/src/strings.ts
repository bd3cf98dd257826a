// Every English word of the page; another language is another file of this shape.

const plural = new Intl.PluralRules("en");
const number = new Intl.NumberFormat("en");
const decimal = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const names = new Intl.ListFormat("en", { type: "conjunction" });

const count = (value: number, one: string, many: string) =>
  `${number.format(value)} ${plural.select(value) === "one" ? one : many}`;
const sessions = (value: number) => count(value, "session", "sessions");

const outcomes = {
  terminated: "terminated",
  ending: "ending",
  kept: "kept",
  not_ending: "was not ending",
  already_gone: "already gone",
  not_found: "not found",
};

export const strings = {
  locale: "en",
  title: "Active Agents",
  number: (value: number) => number.format(value),
  views: "Views",
  tabs: { active: "Active", ended: "Ended Sessions", history: "History", audit: "Audit" },

  columns: {
    agent: "Agent Id",
    started: "Session Start",
    interactions: "Open Interactions",
    instances: "Number of Open Interactions",
    last_seen: "Last Activity",
    account: "Account",
    label: "Label",
    address: "Address",
    user_agent: "Browser",
    state: "State",
  },
  columnsMenu: "Columns",
  tableLabel: "Active agent sessions",
  guest: "Guest",
  guestHint: "Not logged in",
  states: { active: "active", ending: "ending" },
  ending: {
    badge: (until: string | null) => (until === null ? "ending" : `ending until ${until}`),
    hint: (until: string | null) =>
      until === null ? "It ends when the agent has finished." : `It ends when the agent has finished, at ${until} at the latest.`,
    by: (user: string) => `Asked for by ${user}.`,
    since: "Asked for at",
    askedBy: "by",
    message: "Message to the agent:",
  },
  keep: "Keep",
  keepMatching: "Keep the ending ones",
  keepMatchingHint: "Lets all sessions go on that match and are ending",
  keepTicked: (value: number) => `Keep ${number.format(value)} ending`,
  keepHint: (value: number) => (value === 1 ? "Lets the ending session go on" : `Lets the ${number.format(value)} ending sessions go on`),
  empty: "There are currently no Agents connected.",
  noMatch: (search: string) => `No session matches “${search}”.`,
  noMatchOfFilter: "No session matches these conditions.",
  own: "you",
  ownHint: "The session of this browser",
  quiet: "quiet",
  quietHint: (since: string) => `Nothing was heard of it since ${since}: the agent is probably gone.`,
  openDetails: (agent: string) => `Details of the session of ${agent}`,
  loading: "Loading the list…",

  refresh: "Refresh",
  live: "Live",
  livePeriod: (seconds: number) => (seconds === 0 ? "off" : seconds < 60 ? `every ${seconds} s` : "every minute"),
  held: "The list has changed. It follows when you leave the rows.",
  asOf: "As of",
  timesIn: (zone: string) => `Times in ${zone}`,
  times: "Times",
  timeModes: { account: "Account’s zone", utc: "UTC", browser: "Browser’s zone" },
  unknownZone: (zone: string) => `UTC; this browser does not know the zone ${zone}`,

  search: "Search",
  searchHint: "Search agents and sessions",
  filters: "Filters",
  filter: {
    agent: "Agent Id is",
    guests: "Guests only",
    label: "Label is",
    interaction: "Open interaction is",
    address: "Address is",
    idle_gt: "Idle for more than",
    multiple: "Agents with several sessions",
    ending: "Ending sessions only",
    state: "State is",
    any: "any time",
    idleChoice: (minutes: number) => (minutes < 60 ? `${minutes} min` : `${minutes / 60} h`),
    remove: (condition: string) => `Remove the condition ${condition}`,
    clear: "Clear filters",
  },
  csv: "CSV",
  csvHint: "This list as CSV",
  account: "Account",
  allAccounts: "All accounts",

  pages: "Pages",
  pagesBelow: "Pages, below the list",
  page: (index: number) => `Page ${number.format(index + 1)}`,
  previous: "Previous",
  next: "Next",
  listed: (filtered: number, total: number) =>
    filtered === total ? sessions(total) : `${number.format(filtered)} of ${sessions(total)}`,

  selectPage: "Select all sessions on this page",
  selectRow: (agent: string, started: string) => `Select the session of ${agent}, started ${started}`,
  selected: (selected: number, elsewhere: number) =>
    elsewhere > 0
      ? `${number.format(selected)} selected, ${number.format(elsewhere)} of them not on this page`
      : `${number.format(selected)} selected`,
  clearSelection: "Clear",
  selectMatching: (value: number) => `Select all ${number.format(value)} that match`,
  matchingSelected: (value: number) => `All ${number.format(value)} that match are selected`,

  terminate: "Terminate Session",
  terminateHint: "Tick the sessions to terminate first.",
  everybodyHint: "Only an admin terminates everybody at once. Set a condition, or choose an account.",
  readOnly: "Read-only: this endpoint is configured with write=off, so sessions can’t be terminated here.",

  question: {
    title: (value: number) => `Terminate ${sessions(value)}?`,
    matching: "Every session that matches the present conditions, on all pages.",
    more: (value: number) => `and ${number.format(value)} more`,
    active: (value: number, total: number) =>
      total === 1
        ? value === 1
          ? "It was active in the last minute."
          : "It was not active in the last minute."
        : value === 0
          ? "None of them was active in the last minute."
          : `${number.format(value)} of them ${value === 1 ? "was" : "were"} active in the last minute.`,
    when: "When",
    now: "Now",
    finished: "When the agent has finished",
    atMost: "but at most after",
    minutes: "minutes",
    minutesHint: "Empty: as long as it takes.",
    noMinutes: (most: number) => `A whole number from 1 to ${number.format(most)}, or nothing.`,
    lost: "Unsaved steps of the agent may be lost.",
    goesOn: "A session ends as soon as nothing is open in it, and takes its license until then. Where nothing is open it ends at once.",
    comeBack:
      "Agents can come back by reloading their application; to keep someone out, disable the account at its login.",
    reason: "Reason (optional)",
    reasonHint: "For the record of who ended what.",
    message: "Message to the agent (optional)",
    messageHint: "Shown on the page that tells the agent that the session was closed.",
    messageHintFinished: "Shown at once in pages that have the script, and when the session was closed.",
    tooLong: (bytes: number) => `Too long by ${count(bytes, "byte", "bytes")}.`,
    cancel: "Cancel",
    confirm: (value: number, finished: boolean) =>
      `${value === 1 ? "Terminate session" : `Terminate ${sessions(value)}`}${finished ? " when finished" : ""}`,
    pending: "Terminating…",
    unknownOutcome: "No answer came, so it is not known whether the sessions were ended. Refresh the list to see.",
  },

  result: {
    title: "Result by session",
    summary: (counts: Partial<Record<keyof typeof outcomes, number>>) => {
      const { terminated = 0, ending = 0, kept = 0, not_ending = 0, already_gone = 0, not_found = 0 } = counts;
      const parts = [
        terminated > 0 ? `${sessions(terminated)} terminated` : "",
        ending > 0 ? `${sessions(ending)} will end when the agent has finished` : "",
        kept > 0 ? `${sessions(kept)} kept` : "",
        not_ending > 0 ? `${count(not_ending, "was", "were")} not ending` : "",
        already_gone > 0 ? `${number.format(already_gone)} had already ended` : "",
        not_found > 0 ? `${number.format(not_found)} not found` : "",
      ].filter((part) => part !== "");
      return parts.length > 0 ? `${names.format(parts)}.` : "No session was left to act on.";
    },
    outcome: outcomes,
    notDurable:
      "Not stored on disk: this holds through reloads and restarts of nginx, but not when its memory is lost, as in a restart of the machine.",
    dismiss: "Dismiss",
    agent: "Agent Id",
    started: "Session Start",
    account: "Account",
    outcomeColumn: "Result",
  },

  figures: {
    title: "License usage",
    current: "Current",
    currentOf: (current: number, total: number | null) =>
      total === null ? `${number.format(current)} in use` : `${number.format(current)} of ${number.format(total)}`,
    currentMeaning: "Licenses in use now",
    overTotal: "More in use than licensed.",
    agentsInSessions: (agents: number, current: number) =>
      `${count(agents, "agent", "agents")} in ${sessions(current)}`,
    average: "Daily Average",
    averageMeaning: "Mean of the daily maximums",
    averageExplained:
      "The mean of the daily maximums over the 30 calendar days that end today. Today counts once it is over. Days on which nothing was measured are left out.",
    max: "Daily Max",
    maxMeaning: "Highest daily maximum",
    maxExplained: "The highest number of sessions at one time within the 30 calendar days that end today, today included.",
    currentExplained: "Live sessions, each of which takes one license, Guests’ too. It falls at once when a session ends.",
    span: "last 30 days",
    notMeasured: "not measured yet",
    decimal: (value: number) => decimal.format(value),
    unavailable: "not available",
    untracked: (value: number) => `${count(value, "request", "requests")} passed untracked.`,
  },

  graph: {
    title: "Daily maximum of sessions",
    dayTitle: (day: string) => `Sessions on ${day}`,
    span: "Days shown",
    lastDays: "Last 30 days",
    asTable: "Table",
    back: "All days",
    max: "Maximum",
    total: "Licenses",
    refused: "Refused",
    day: "Day",
    at: "Reached at",
    agents: "Agents",
    notMeasured: "not measured",
    unreadable: "The history can’t be read, so there are no days to show.",
    partly: "with gaps",
    soFar: "so far",
    legend: { total: "Licenses", refused: "Refused at the limit", peak: "Maximum", unmeasured: "Not measured" },
    whoWasIn: "Who was in it?",
    summary: (max: number | null, days: number) =>
      max === null
        ? `Nothing was measured in these ${count(days, "day", "days")}.`
        : `Daily maximums of ${count(days, "day", "days")}, ${number.format(max)} at most. The same as a table: button “Table”.`,
    ofDay: (max: number | null, total: number | null, at: string | null, refused: number) =>
      max === null
        ? "not measured"
        : [
            total === null ? number.format(max) : `${number.format(max)} of ${number.format(total)}`,
            at === null ? "" : `at ${at}`,
            refused > 0 ? `${number.format(refused)} refused` : "",
          ]
            .filter((part) => part !== "")
            .join(", "),
    ofMinute: (time: string, value: number | null) => `${time}: ${value === null ? "not measured" : number.format(value)}`,
    hint: "Click a day for its curve.",
    curveHint: "Click the curve to see who was in its maximum.",
  },

  peak: {
    title: (day: string) => `Who was in the maximum of ${day}`,
    count: (value: number, at: string) => `${sessions(value)} at ${at}`,
    none: "No session is known of it any more.",
    more: "Show more",
  },

  details: {
    title: "Session",
    started: "Session Start",
    lastSeen: "Last Activity",
    account: "Account",
    label: "Label",
    address: "Address",
    browser: "Browser",
    requests: "Requests",
    ref: "Reference",
    instances: "Open interactions",
    none: "None is open.",
    name: "Name",
    opened: "Opened",
    unnamed: "(no name kept)",
    gone: "This session has ended.",
    sameAgent: "This agent’s sessions",
    sameAddress: "Sessions from this address",
    ofTheAgent: "This agent’s history",
    close: "Close",
  },

  erase: {
    open: "Erase this agent’s name…",
    title: (agent: string) => `Erase “${agent}”?`,
    what: (agent: string, account: string) =>
      `A pseudonym takes the place of the name “${agent}” in the list, the history and the audit${account === "" ? "" : ` of the account “${account}”`}. The address and the browser of this agent’s sessions are removed. Counts and figures stay.`,
    final: "This can’t be undone.",
    named: "A session that goes on is named again by its application: terminate this agent’s sessions first, and disable the account at its login.",
    confirm: "Erase the name",
    pending: "Erasing…",
    unknownOutcome: "No answer came, so it is not known whether the name was erased. Search for it to see.",
    done: (pseudonym: string) => `The name is erased. In its place stands “${pseudonym}”.`,
    durable: "No file holds the name any more.",
    notDurable: "What is on disk follows as soon as it can be written.",
  },

  record: {
    empty: {
      ended: "No session has ended in this time.",
      history: "No session was on in this time.",
      audit: "Nothing was done in this time.",
    },
    caption: { ended: "Ended sessions", history: "Sessions that were on", audit: "What admins did" },
    at: "On at",
    from: "From",
    to: "To",
    agent: "Agent Id",
    reason: "Reason",
    anyReason: "any",
    by: "Ended by",
    user: "Who",
    action: "Action",
    anyAction: "any",
    timesAreIn: (zone: string) => `Times are in ${zone}.`,
    started: "Session Start",
    loggedIn: "Logged in",
    lastSeen: "Last Activity",
    ended: "Ended",
    stillLive: "still on",
    label: "Label",
    why: "For the record",
    message: "Message to the agent",
    when: "When",
    role: "Role",
    address: "Address",
    accounts: "Accounts",
    what: "What",
    count: "Sessions",
    showEnded: "Show who they were",
    result: "Result",
    everything: "all",
    entries: (value: number) => count(value, "entry", "entries"),
    reasons: {
      administrator: "by an administrator",
      replaced: "replaced by a newer one",
      limit: "at the limit",
      idle: "idle for too long",
      absolute: "longest time reached",
      logout: "logged out",
    },
    actions: { terminate: "terminate", keep: "keep", erase: "erase" },
    results: { done: "done", refused: "refused" },
  },

  banners: {
    over: (current: number, total: number) =>
      `${number.format(current)} sessions are open and ${count(total, "license is", "licenses are")} owned.`,
    near: (current: number, total: number) =>
      `Near the limit: ${number.format(current)} of ${number.format(total)} licenses are in use.`,
    health: {
      keys_missing: "The keys of the cookies can’t be read: nothing is tracked, and whoever brings a cookie is refused.",
      table_full: "The session table is full: further sessions pass untracked. Its capacity has to be raised.",
      texts_full: "The room for names is used up: details of new sessions are left out. The capacity has to be raised.",
      history_failing: "The history can’t be written. What is ended now is not stored on disk until that is mended.",
      history_behind: "The history is behind: the figures and the lists of what has been may lack the latest.",
      state_unusable: "The database of the history is damaged, or of a later version: nothing is stored on disk.",
      audit_full: "The room for audit entries that are not stored yet is used up.",
    },
    other: "The server reports that something is wrong.",
  },

  errors: {
    away: "The server does not answer.",
    awayDetail: (time: string | null) =>
      time === null
        ? "The list appears as soon as it is back."
        : `The list below is from ${time}. It is brought up to date as soon as the server is back.`,
    login: "You are no longer logged in here.",
    loginDetail: "Reload the page to log in again.",
    notJson: "The server answered with something other than the list.",
    notJsonDetail: "Perhaps it is a login page: reload the page.",
    status: (status: number) => `The server answered ${status}.`,
    code: (code: string) => `Code: ${code}`,
  },

  version: (version: string) => `agent-sessions ${version}`,
};
