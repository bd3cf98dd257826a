// What the history of a zone holds of the days before a test: forty of them, in the account acme with 20 licenses. The
// week shows, one day was not measured, on some more came than were licensed, and of yesterday the sessions are kept.
import { spawnSync } from "node:child_process";
import { people } from "./floor.mjs";

const day = 86_400_000;
const quarterHour = 900_000;
const zone = "Europe/Paris";
const daysBack = 40;
const unmeasured = 18;
const last = 10_000;

const dates = new Intl.DateTimeFormat("sv-SE", { timeZone: zone });
const dateOf = (instant) => dates.format(instant);
const text = (value) => (value === null ? "NULL" : `'${value.replaceAll("'", "''")}'`);

const highestOf = (date, back) => {
  const weekend = [0, 6].includes(new Date(date).getUTCDay());
  return weekend ? 4 + (back % 2) : back === 1 ? people.length : 13 + ((back * 5) % 9);
};

/**
 * The past as seen at an instant: `days` as the API has to tell them (the latest last), `sessions` of yesterday, all of
 * them in its maximum, and `sql`, which writes it.
 */
export function pastOf(now) {
  const today = Date.parse(`${dateOf(now)}T00:00:00Z`);
  const days = Array.from({ length: daysBack }, (_, index) => {
    const back = daysBack - index;
    const date = new Date(today - back * day).toISOString().slice(0, 10);
    const max = back === unmeasured ? null : highestOf(date, back);
    const maxAt = Date.parse(`${date}T13:52:00Z`);
    return { date, max, maxAt, refused: max !== null && max > 20 ? 2 : 0 };
  });
  const yesterday = days.at(-1);
  const sessions = people.slice(0, yesterday.max).map((agent, index) => ({
    ref: index.toString(16).padStart(32, "a"),
    agent,
    began: yesterday.maxAt - (yesterday.max - 1 - index) * 20 * 60_000,
    ended: yesterday.maxAt + (index + 1) * 11 * 60_000,
    reason: [6, 4, 1][index % 3],
  }));

  const peaks = [];
  for (let at = today - (daysBack + 1) * day; at < today; at += quarterHour) {
    const found = days.find(({ date }) => date === dateOf(at));
    if (!found || found.max === null) {
      continue;
    }
    const quarter = at / quarterHour;
    const isHighest = found.maxAt >= at && found.maxAt < at + quarterHour;
    const apart = Math.abs(found.maxAt - at) / quarterHour;
    const peak = isHighest ? found.max : Math.max(0, found.max - 1 - Math.floor(apart / 2));
    const rest = `${quarter}, ${peak}, ${isHighest ? found.maxAt : at}, ${last}, ${Math.max(0, peak - 1)}, ${isHighest ? found.refused : 0}`;
    peaks.push(`(1, ${rest})`);
    if (peak > 0) {
      peaks.push(`(2, ${rest})`);
    }
  }
  const rows = sessions.map(
    ({ ref, agent, began, ended, reason }, index) =>
      `(x'${ref}', 2, ${text(agent)}, '127.0.0.1', ${began}, ${began}, ${index + 1}, ${agent === null ? "NULL" : began + 5_000}, ${ended - 60_000}, ` +
      `${ended}, ${last + index + 1}, ${reason}, ${reason === 1 ? "'anna'" : "NULL"}, 1800000, 43200000, 1800000, ${ended})`,
  );
  const since = today - daysBack * day;
  const sql = `
    BEGIN;
    DELETE FROM account;
    INSERT INTO account (id, name, time_zone, first_seen) VALUES (1, '*', '', ${since}), (2, 'acme', '${zone}', ${since});
    INSERT INTO license (account, since, total) VALUES (2, ${since}, 20);
    INSERT INTO peak (account, quarter, peak, peak_at, peak_sequence, agents, refused) VALUES ${peaks.join()};
    INSERT INTO session (key, account, agent, address, started, began_at, began_sequence, logged_in_at, last_seen, ended_at,
      ended_sequence, reason, ended_by, idle, absolute, instance, expires) VALUES ${rows.join()};
    UPDATE state SET last_sequence = ${2 * last}, pruned_until = ${today - day - day / 12};
    COMMIT;`;
  return { days, sessions, sql };
}

/** Puts it into the database of a zone that nobody has open. */
export function writePast(database, { sql }) {
  const { status, stderr } = spawnSync("sqlite3", ["-bail", database], { input: sql, encoding: "utf8" });
  if (status !== 0) {
    throw new Error(`sqlite3: ${stderr}`);
  }
}
