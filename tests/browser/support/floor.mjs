// An invented call centre at work.

const agent = (system, product) => `Mozilla/5.0 (${system}) ${product}`;
const browsers = [
  agent("Windows NT 10.0; Win64; x64", "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36"),
  agent("X11; Linux x86_64; rv:128.0", "Gecko/20100101 Firefox/128.0"),
  agent("Macintosh; Intel Mac OS X 10_15_7", "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15"),
  agent("Windows NT 10.0; Win64; x64", "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36 Edg/128.0.0.0"),
];
const flows = ["Billing dispute", "Address change", "New contract", "Roaming", "Cancel order", "SIM replacement"];
export const people = ["amira.haddad", "b.lindqvist", "chen.wei", "d.okafor", null, "elif.yilmaz", "farid", "grace.mbeki", "h.tanaka", "ines.costa", null, "j.novak", "k.silva", "lena.graf"];

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
