import type { Store } from "../store.js";
import type { Peak } from "../store/usage_graph.js";
import { strings } from "../strings.js";
import { dayWords, zonedTime } from "../times.js";
import { Modal } from "./modal.js";
import { ProblemNotice } from "./notices.js";
import { RecordTable, briefColumns } from "./record.js";

function OpenPeak({ store, peak: { date, answer, problem } }: { store: Store; peak: Peak }) {
  const text = strings.peak;
  const zone = store.zoneOf(answer?.time_zone ?? "UTC");
  const at = answer?.max_at ? zonedTime(answer.max_at, zone) : null;
  return (
    <Modal class="wide" labelledBy="peak-title" onClose={store.closePeak}>
      <div class="drawer-head">
        <h2 id="peak-title">{text.title(dayWords(date))}</h2>
        <button type="button" onClick={store.closePeak}>
          {strings.details.close}
        </button>
      </div>
      {answer && answer.max !== null && at && <p>{text.count(answer.max, `${at.time.slice(0, 5)} ${at.offset}`)}</p>}
      {problem && <ProblemNotice problem={problem} />}
      {!answer && !problem && <p class="quiet">{strings.loading}</p>}
      {answer && answer.sessions.length === 0 && <p class="quiet">{text.none}</p>}
      {answer && answer.sessions.length > 0 && (
        <div class="scroller" role="region" aria-label={text.title(dayWords(date))} tabIndex={0}>
          <RecordTable
            caption={text.title(dayWords(date))}
            columns={briefColumns(store.severalAccounts.value)}
            rows={answer.sessions}
            keyOf={({ ref }) => ref}
            zone={zone}
          />
        </div>
      )}
      {answer?.next && (
        <button type="button" onClick={() => void store.openPeak(date, answer.next)}>
          {text.more}
        </button>
      )}
    </Modal>
  );
}

/** Who was in the maximum of a day. */
export const PeakDialog = ({ store }: { store: Store }) =>
  store.peak.value ? <OpenPeak store={store} peak={store.peak.value} /> : null;
