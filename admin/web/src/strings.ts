// Every English word of the page; another language is another file of this shape.

const plural = new Intl.PluralRules("en");
const number = new Intl.NumberFormat("en");
const decimal = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const names = new Intl.ListFormat("en", { type: "conjunction" });

const count = (value: number, one: string, many: string) =>
  `${number.format(value)} ${plural.select(value) === "one" ? one : many}`;
const sessions = (value: number) => count(value, "session", "sessions");

export const strings = {
  locale: "en",
  title: "Active Agents",
  number: (value: number) => number.format(value),

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
  },
  columnsMenu: "Columns",
  tableLabel: "Active agent sessions",
  guest: "Guest",
  guestHint: "Not logged in",
  ending: "ending",
  endingHint: "Ends when the agent has finished",
  empty: "There are currently no Agents connected.",
  noMatch: (search: string) => `No session matches “${search}”.`,
  loading: "Loading the list…",

  refresh: "Refresh",
  asOf: "As of",
  timesIn: (zone: string) => `Times in ${zone}`,
  unknownZone: (zone: string) => `UTC; this browser does not know the zone ${zone}`,

  search: "Search",
  searchHint: "Search agents and sessions",
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

  terminate: "Terminate Session",
  terminateHint: "Tick the sessions to terminate first.",
  readOnly: "Read-only: this endpoint is configured with write=off, so sessions can’t be terminated here.",

  question: {
    title: (value: number) => `Terminate ${sessions(value)}?`,
    more: (value: number) => `and ${number.format(value)} more`,
    active: (value: number, total: number) =>
      total === 1
        ? value === 1
          ? "It was active in the last minute."
          : "It was not active in the last minute."
        : value === 0
          ? "None of them was active in the last minute."
          : `${number.format(value)} of them ${value === 1 ? "was" : "were"} active in the last minute.`,
    comeBack:
      "Unsaved steps of the agent may be lost. Agents can come back by reloading their application; to keep someone out, disable the account at its login.",
    reason: "Reason (optional)",
    reasonHint: "For the record of who ended what.",
    message: "Message to the agent (optional)",
    messageHint: "Shown on the page that tells the agent that the session was closed.",
    tooLong: (bytes: number) => `Too long by ${count(bytes, "byte", "bytes")}.`,
    cancel: "Cancel",
    confirm: (value: number) => (value === 1 ? "Terminate session" : `Terminate ${sessions(value)}`),
    pending: "Terminating…",
    unknownOutcome: "No answer came, so it is not known whether the sessions were ended. Refresh the list to see.",
  },

  result: {
    title: "Result of Terminate Session",
    summary: (counts: { terminated: number; ending: number; already_gone: number; not_found: number }) => {
      const parts = [
        counts.terminated > 0 ? `${sessions(counts.terminated)} terminated` : "",
        counts.ending > 0 ? `${sessions(counts.ending)} will end when the agent has finished` : "",
        counts.already_gone > 0 ? `${count(counts.already_gone, "had", "had")} already ended` : "",
        counts.not_found > 0 ? `${number.format(counts.not_found)} not found` : "",
      ].filter((part) => part !== "");
      return `${names.format(parts)}.`;
    },
    outcome: {
      terminated: "terminated",
      ending: "ending",
      already_gone: "already gone",
      not_found: "not found",
    },
    notDurable:
      "Not stored on disk: the termination holds through reloads and restarts of nginx, but not when its memory is lost, as in a restart of the machine.",
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
    averageMeaning: "Mean of the daily maximums, last 30 days",
    max: "Daily Max",
    maxMeaning: "Highest number in a single day, last 30 days",
    notMeasured: "not measured yet",
    decimal: (value: number) => decimal.format(value),
    unavailable: "not available",
    untracked: (value: number) => `${count(value, "request", "requests")} passed untracked.`,
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
