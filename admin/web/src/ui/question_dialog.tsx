import { useEffect, useRef, useState } from "preact/hooks";
import { activeInLastMinute } from "../activity.js";
import type { Store } from "../store.js";
import { inOneLine } from "../store/termination.js";
import { strings } from "../strings.js";
import { AgentName, Foreign, Instant } from "./cells.js";
import { EndingBadge } from "./ending.js";
import { ProblemNotice } from "./notices.js";
import { type When, WhenChoice, minutesOf, now } from "./when_choice.js";

const kNamed = 8;
/** What the server keeps of each text, in bytes of UTF-8. */
const kTextBytes = 256;

const bytesTooMany = (text: string) => Math.max(0, new TextEncoder().encode(inOneLine(text)).length - kTextBytes);

function Hint({ id, hint, text }: { id: string; hint: string; text: string }) {
  const tooMany = bytesTooMany(text);
  return (
    <small id={id} class={tooMany > 0 ? "too-long" : undefined}>
      {tooMany > 0 ? strings.question.tooLong(tooMany) : hint}
    </small>
  );
}

function OpenQuestion({ store }: { store: Store }) {
  const text = strings.question;
  const dialog = useRef<HTMLDialogElement>(null);
  const cancel = useRef<HTMLButtonElement>(null);
  const [reason, setReason] = useState("");
  const [message, setMessage] = useState("");
  const [when, setWhen] = useState<When>(now);

  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    cancel.current?.focus();
    return () => element?.close(); // Gives the focus back to the button that asked.
  }, []);

  const all = store.allMatching.value;
  const ticked = [...store.ticked.value.values()];
  const named = all ? (store.list.value?.sessions ?? []) : ticked.map(({ session }) => session);
  const count = store.selectedCount.value;
  const active = all ? all.active : ticked.filter(activeInLastMinute).length;
  const pending = store.question.value?.pending ?? false;
  const problem = store.question.value?.problem ?? null;
  const { finished } = when;
  const minutes = finished ? minutesOf(when) : null;
  return (
    <dialog
      ref={dialog}
      aria-labelledby="question-title"
      onCancel={(event) => {
        event.preventDefault();
        store.cancel();
      }}
    >
      <h2 id="question-title">{text.title(count)}</h2>
      <ul class="whom">
        {named.slice(0, kNamed).map((session) => (
          <li key={session.ref}>
            <AgentName agent={session.agent} /> <EndingBadge session={session} zone={store.zoneOf(session.time_zone)} />{" "}
            <span class="whom-detail">
              <Instant at={session.started} zone={store.zoneOf(session.time_zone)} />
              {store.severalAccounts.value && (
                <>
                  {" · "}
                  <Foreign text={session.account} />
                </>
              )}
            </span>
          </li>
        ))}
        {count > kNamed && <li class="more">{text.more(count - kNamed)}</li>}
      </ul>
      {all && <p>{text.matching}</p>}
      {active !== null && <p class="active">{text.active(active, count)}</p>}
      <WhenChoice when={when} choose={setWhen} />
      <p class="quiet">
        {finished ? text.goesOn : text.lost} {text.comeBack}
      </p>
      <label class="field">
        <span>{text.reason}</span>
        <input
          type="text"
          value={reason}
          aria-describedby="reason-hint"
          onInput={(event) => setReason(event.currentTarget.value)}
        />
        <Hint id="reason-hint" hint={text.reasonHint} text={reason} />
      </label>
      <label class="field">
        <span>{text.message}</span>
        <textarea
          rows={2}
          value={message}
          aria-describedby="message-hint"
          onInput={(event) => setMessage(event.currentTarget.value)}
        />
        <Hint id="message-hint" hint={finished ? text.messageHintFinished : text.messageHint} text={message} />
      </label>
      {problem && <ProblemNotice problem={problem} {...(problem.away ? { detail: text.unknownOutcome } : {})} />}
      <div class="actions">
        <button type="button" ref={cancel} disabled={pending} onClick={store.cancel}>
          {text.cancel}
        </button>
        <button
          type="button"
          class="danger"
          disabled={pending || count === 0 || minutes === undefined || bytesTooMany(reason) + bytesTooMany(message) > 0}
          onClick={() =>
            minutes !== undefined &&
            void store.terminate({ reason, message, when: finished ? "finished" : "now", minutes })
          }
        >
          {pending ? text.pending : text.confirm(count, finished)}
        </button>
      </div>
    </dialog>
  );
}

export const QuestionDialog = ({ store }: { store: Store }) =>
  store.question.value ? <OpenQuestion store={store} /> : null;
