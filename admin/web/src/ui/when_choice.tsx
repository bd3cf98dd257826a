import { strings } from "../strings.js";

const text = strings.question;
const kMostMinutes = 24 * 60;

/** When sessions are to end, as it stands in the question. */
export interface When {
  finished: boolean;
  /** As typed; empty = no limit. */
  minutes: string;
}

export const now: When = { finished: false, minutes: "5" };

/** undefined: what is typed is no number of minutes that the server takes. */
export function minutesOf({ minutes }: When): number | null | undefined {
  const typed = minutes.trim();
  if (typed === "") {
    return null;
  }
  const value = Number(typed);
  return /^\d+$/.test(typed) && value >= 1 && value <= kMostMinutes ? value : undefined;
}

export function WhenChoice({ when, choose }: { when: When; choose: (when: When) => void }) {
  const wrong = minutesOf(when) === undefined;
  const choice = (finished: boolean, words: string) => (
    <label>
      <input type="radio" name="when" checked={when.finished === finished} onChange={() => choose({ ...when, finished })} />
      {words}
    </label>
  );
  return (
    <fieldset class="when">
      <legend>{text.when}</legend>
      {choice(false, text.now)}
      {choice(true, text.finished)}
      {when.finished && (
        <div class="at-most">
          <label>
            {text.atMost}{" "}
            <input
              type="text"
              inputMode="numeric"
              size={4}
              value={when.minutes}
              aria-describedby="minutes-hint"
              aria-invalid={wrong}
              onInput={({ currentTarget: { value } }) => choose({ ...when, minutes: value })}
            />{" "}
            {text.minutes}
          </label>
          <small id="minutes-hint" class={wrong ? "too-long" : undefined}>
            {wrong ? text.noMinutes(kMostMinutes) : text.minutesHint}
          </small>
        </div>
      )}
    </fieldset>
  );
}
