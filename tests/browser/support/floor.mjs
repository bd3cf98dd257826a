// An invented call centre at work.

import { browsers, flows } from "../../../admin/web/dev/mock_sessions.mjs";

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
