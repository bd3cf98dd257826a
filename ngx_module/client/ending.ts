// The notice to an agent whose session ends as soon as everything open is finished.
import type { Ending } from "./agent-sessions";
import { hide, show } from "./dialog";
import { timeIn, words } from "./words";

// By so much two answers may differ about one instant.
const kJitterMs = 3000;

let end = 0;
let said: string | null = null;

/** Other words, or another time, than the last time that somebody asked. */
export function isNews({ in: left, message }: Ending): boolean {
  const [before, saidBefore] = [end, said];
  end = Date.now() + (left ?? Infinity) * 1000;
  said = message;
  return said !== saidBefore || Math.abs(end - before) > kJitterMs;
}

/** Beside what the agent does, who may put it away. */
export function showEnding({ in: left, message }: Ending) {
  const until = left === null ? "" : `, ${words.endingUntil} ${timeIn(left)}`;
  show(false, words.ending, [`${words.endingDetail}${until}.`], message ?? "", [{ label: words.hide, press: hide }]);
}
