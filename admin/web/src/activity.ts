// How lately something was heard of a session, by the server's clock.

import type { Session } from "./types.js";

const kMinuteMs = 60_000;
const kProbablyGoneMs = 10 * kMinuteMs;

/** Judged as of the instant at which the session was listed. */
export function activeInLastMinute({ session, seenAt }: { session: Session; seenAt: string }): boolean {
  return Date.parse(session.last_seen) >= Date.parse(seenAt) - kMinuteMs;
}

export function isProbablyGone(lastSeen: string, now: string): boolean {
  return Date.parse(now) - Date.parse(lastSeen) > kProbablyGoneMs;
}
