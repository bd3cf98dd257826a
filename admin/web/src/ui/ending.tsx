import { strings } from "../strings.js";
import { plainTime, zonedTime } from "../times.js";
import type { Session } from "../types.js";
import { Foreign, Instant } from "./cells.js";

const text = strings.ending;

/** That a session ends when its agent has finished: until when at the latest, in words, and by whom behind them. */
export function EndingBadge({ session: { ending }, zone }: { session: Session; zone: string }) {
  if (!ending) {
    return null;
  }
  const hint = [text.hint(ending.until && plainTime(ending.until, zone)), ending.by === null ? "" : text.by(ending.by)];
  return (
    <span class="badge" title={hint.join(" ").trim()}>
      {text.badge(ending.until === null ? null : (zonedTime(ending.until, zone)?.time ?? ending.until))}
    </span>
  );
}

/** The same at length. */
export function EndingNotice({ session: { ending }, zone }: { session: Session; zone: string }) {
  if (!ending) {
    return null;
  }
  return (
    <div class="banner">
      <p>{text.hint(ending.until && plainTime(ending.until, zone))}</p>
      <p>
        {text.since} <Instant at={ending.since} zone={zone} />
        {ending.by !== null && (
          <>
            {" "}
            {text.askedBy} <Foreign text={ending.by} />
          </>
        )}
      </p>
      {ending.message !== null && (
        <p>
          {text.message} <q>
            <Foreign text={ending.message} />
          </q>
        </p>
      )}
    </div>
  );
}
