// Times as the page writes them: an instant in a named zone, with the offset that held there and then.

import { strings } from "./strings.js";

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
