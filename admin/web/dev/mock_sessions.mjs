// Invented sessions, and what the agents of an invented call centre use and do.

export const browsers = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36",
  "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36 Edg/128.0.0.0",
];
export const flows = ["Billing dispute", "Address change", "New contract", "Roaming", "Cancel order", "SIM replacement"];
const people = ["amira.haddad", "b.lindqvist", "chen.wei", "d.okafor", "elif.yilmaz", "farid", "grace.mbeki", "h.tanaka"];
const teams = ["Billing", "Retention", "Sales", null];

const instant = (milliseconds) => new Date(milliseconds).toISOString();

export function inventSession(index, changes = {}) {
  const now = Date.now();
  const names = flows.filter((_, flow) => (index * 7 + flow * 3) % 5 === 0);
  return {
    ref: String(index).padStart(32, "0"),
    account: "acme",
    time_zone: "Europe/Paris",
    label: teams[index % teams.length],
    agent: index % 9 === 4 ? null : `${people[index % people.length]}${index >= people.length ? index : ""}`,
    started: instant(now - 47_000 * (index + 1)),
    last_seen: instant(now - ((index * 13_000) % 1_500_000)),
    interactions: names,
    instances: names.length + (names.length > 0 && index % 4 === 0 ? 2 : 0),
    address: `10.20.${index % 7}.${(index * 31) % 250}`,
    user_agent: browsers[index % browsers.length],
    state: "active",
    ending: null,
    own: false,
    ...changes,
  };
}

export const inventSessions = (count, changes = {}) =>
  Array.from({ length: count }, (_, index) => inventSession(index, changes));
