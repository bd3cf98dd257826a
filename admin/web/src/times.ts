// Times as the page writes them: an instant in a named zone, with the offset that held there and then.

import { strings } from "./strings.js";
import type { TimeMode } from "./view.js";

const formatters = new Map<string, Intl.DateTimeFormat | null>();

function formatterFor(zone: string): Intl.DateTimeFormat | null {
  let formatter = formatters.get(zone);
  if (formatter === undefined) {
    try {
      formatter = new Intl.DateTimeFormat("en-US", {
        timeZone: zone,
        calendar: "gregory",
        numberingSystem: "latn",
        hourCycle: "h23",
        year: "numeric",
        month: "2-digit",
        day: "2-digit",
        hour: "2-digit",
        minute: "2-digit",
        second: "2-digit",
        timeZoneName: "longOffset",
      });
    } catch {
      formatter = null;
    }
    formatters.set(zone, formatter);
  }
  return formatter;
}

export interface ZonedTime {
  date: string;
  time: string;
  /** "+01:00"; "+00:00" at UTC. */
  offset: string;
  /** The zone's name, or a sentence that says why it is UTC. */
  zone: string;
}

/** null: the text is no time. A zone that the browser does not know gives UTC and says so. */
export function zonedTime(instant: string, zone: string): ZonedTime | null {
  const moment = new Date(instant);
  if (Number.isNaN(moment.getTime())) {
    return null;
  }
  const known = formatterFor(zone);
  const formatter = known ?? formatterFor("UTC");
  if (!formatter) {
    return null;
  }
  const parts: Record<string, string> = {};
  for (const { type, value } of formatter.formatToParts(moment)) {
    parts[type] = value;
  }
  return {
    date: `${parts.year}-${parts.month}-${parts.day}`,
    time: `${parts.hour}:${parts.minute}:${parts.second}`,
    offset: (parts.timeZoneName ?? "").replace("GMT", "") || "+00:00",
    zone: known ? zone : strings.unknownZone(zone),
  };
}

export function plainTime(instant: string, zone: string): string {
  const zoned = zonedTime(instant, zone);
  return zoned ? `${zoned.date} ${zoned.time} ${zoned.offset}` : instant;
}

const relative = new Intl.RelativeTimeFormat(strings.locale, { style: "narrow", numeric: "always" });

/** How long before `now` (the server's clock) the instant was: "12s ago", "3min ago". */
export function ago(instant: string, now: string): string {
  const seconds = Math.max(0, Math.floor((Date.parse(now) - Date.parse(instant)) / 1000));
  if (Number.isNaN(seconds)) {
    return instant;
  }
  if (seconds < 60) {
    return relative.format(-seconds, "second");
  }
  if (seconds < 3600) {
    return relative.format(-Math.floor(seconds / 60), "minute");
  }
  if (seconds < 86_400) {
    return relative.format(-Math.floor(seconds / 3600), "hour");
  }
  return relative.format(-Math.floor(seconds / 86_400), "day");
}

/** The zone that times are shown in: the account's own, unless another one is asked for. */
export function shownZone(mode: TimeMode, accountZone: string): string {
  switch (mode) {
    case "utc":
      return "UTC";
    case "browser":
      return Intl.DateTimeFormat().resolvedOptions().timeZone;
    case "account":
      return accountZone;
  }
}

const offsetMs = (instant: number, zone: string) => {
  const { date, time } = zonedTime(new Date(instant).toISOString(), zone) ?? { date: "", time: "" };
  return Date.parse(`${date}T${time}Z`) - Math.floor(instant / 1000) * 1000;
};

/**
 * The instant of a local time ("2026-03-03T14:05") in a zone, as the API takes it; null where the text is no time. Of two
 * instants that bear one local time the earlier is meant, and a local time that was skipped is that much later.
 */
export function instantOf(local: string, zone: string): string | null {
  const asUtc = Date.parse(`${local}Z`);
  if (Number.isNaN(asUtc)) {
    return null;
  }
  const kDayMs = 86_400_000;
  const candidates = [asUtc - kDayMs, asUtc + kDayMs].map((near) => asUtc - offsetMs(near, zone));
  const exact = candidates.filter((instant) => instant + offsetMs(instant, zone) === asUtc);
  return new Date(Math.min(...(exact.length > 0 ? exact : [Math.max(...candidates)]))).toISOString();
}

/** The other way: what a field for a local time shows of an instant; "" for what is none. */
export function localOf(instant: string | undefined, zone: string): string {
  const zoned = instant === undefined ? null : zonedTime(instant, zone);
  return zoned ? `${zoned.date}T${zoned.time.slice(0, 5)}` : "";
}

const weekday = new Intl.DateTimeFormat(strings.locale, { timeZone: "UTC", weekday: "short", day: "numeric", month: "short" });

/** A date in words: "2026-03-03" gives "Tue, Mar 3". */
export const dayWords = (date: string) => weekday.format(new Date(`${date}T00:00:00Z`));

/** The last of a month's days: "2026-02" gives "2026-02-28". */
export function lastDayOf(month: string): string {
  const [year, index] = month.split("-").map(Number);
  return new Date(Date.UTC(year ?? 0, index ?? 0, 0)).toISOString().slice(0, 10);
}

/** The months up to the one of a date, the latest first. */
export function monthsUpTo(date: string, count: number): string[] {
  const [year, index] = date.split("-").map(Number);
  return Array.from({ length: count }, (_, back) =>
    new Date(Date.UTC(year ?? 0, (index ?? 1) - 1 - back, 1)).toISOString().slice(0, 7),
  );
}
