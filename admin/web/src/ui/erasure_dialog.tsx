import { useEffect, useRef } from "preact/hooks";
import type { Store } from "../store.js";
import type { Erasure } from "../store/erasure.js";
import { strings } from "../strings.js";
import { Modal } from "./modal.js";
import { ProblemNotice } from "./notices.js";

const text = strings.erase;

function Asked({ store, erasure: { person, pending, problem } }: { store: Store; erasure: Erasure }) {
  const cancel = useRef<HTMLButtonElement>(null);
  useEffect(() => cancel.current?.focus(), []);
  return (
    <>
      <p>{text.what(person.agent, store.severalAccounts.value ? person.account : "")}</p>
      <p>
        <strong>{text.final}</strong>
      </p>
      <p class="quiet">{text.named}</p>
      {problem && <ProblemNotice problem={problem} {...(problem.away ? { detail: text.unknownOutcome } : {})} />}
      <div class="actions">
        <button type="button" ref={cancel} disabled={pending} onClick={store.closeErasure}>
          {strings.question.cancel}
        </button>
        <button type="button" class="danger" disabled={pending} onClick={() => void store.erase()}>
          {pending ? text.pending : text.confirm}
        </button>
      </div>
    </>
  );
}

function Open({ store, erasure }: { store: Store; erasure: Erasure }) {
  const { result } = erasure;
  return (
    <Modal labelledBy="erasure-title" onClose={store.closeErasure}>
      <h2 id="erasure-title">{text.title(erasure.person.agent)}</h2>
      {result ? (
        <>
          <p role="status">
            {text.done(result.pseudonym)} {result.durable ? text.durable : text.notDurable}
          </p>
          <div class="actions">
            <button type="button" onClick={store.closeErasure}>
              {strings.details.close}
            </button>
          </div>
        </>
      ) : (
        <Asked store={store} erasure={erasure} />
      )}
    </Modal>
  );
}

/** Takes an agent's name away everywhere, once that is confirmed. */
export const ErasureDialog = ({ store }: { store: Store }) =>
  store.erasure.value ? <Open store={store} erasure={store.erasure.value} /> : null;
