// An invented call centre at work.

const agent = (system, product) => `Mozilla/5.0 (${system}) ${product}`;
const browsers = [
  agent("Windows NT 10.0; Win64; x64", "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36"),
  agent("X11; Linux x86_64; rv:128.0", "Gecko/20100101 Firefox/128.0"),
  agent("Macintosh; Intel Mac OS X 10_15_7", "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15"),
  agent("Windows NT 10.0; Win64; x64", "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36 Edg/128.0.0.0"),
];
const flows = ["Billing dispute", "Address change", "New contract", "Roaming", "Cancel order", "SIM replacement"];
const people = ["amira.haddad", "b.lindqvist", "chen.wei", "d.okafor", null, "elif.yilmaz", "farid", "grace.mbeki", "h.tanaka", "ines.costa", null, "j.novak", "k.silva", "lena.graf"];

export const floor = {
  total: 20,
  sessions: people.map((name, index) => ({
    agent: name,
    user_agent: browsers[index % browsers.length],
    interactions: Object.fromEntries(
      flows.filter((_, flow) => (index * 7 + flow * 3) % 5 === 0).map((flow) => [flow, 1 + (index % 3 === 0 ? 1 : 0)]),
    ),
  })),
};

/** Thirty days that end on this one: the week shows, one day was not measured, and some had too few licences. */
export function usageOfAMonth(today) {
  const day = 86_400_000;
  const last = Date.parse(`${today.toISOString().slice(0, 10)}T00:00:00Z`);
  const days = Array.from({ length: 30 }, (_, index) => {
    const date = last - (29 - index) * day;
    const weekend = [0, 6].includes(new Date(date).getUTCDay());
    const max = index === 12 ? null : weekend ? 4 + (index % 2) : 13 + ((index * 5) % 9);
    return {
      date: new Date(date).toISOString().slice(0, 10),
      max,
      max_at: max === null ? null : new Date(date + 49_500_000).toISOString(),
      refused: max !== null && max > 20 ? 2 : 0,
      total: 20,
      agents: max === null ? null : max - 1,
      complete: index < 29,
    };
  });
  const measured = days.slice(0, 29).flatMap(({ max }) => (max === null ? [] : [max]));
  return {
    days,
    daily_max: Math.max(...days.map(({ max }) => max ?? 0)),
    daily_average: measured.reduce((sum, max) => sum + max, 0) / measured.length,
  };
}
