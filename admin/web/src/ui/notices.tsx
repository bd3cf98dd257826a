import { useEffect, useRef } from "preact/hooks";
import type { Problem } from "../api.js";
import type { Store } from "../store.js";
import { strings } from "../strings.js";
import { plainTime } from "../times.js";
import { AgentName, Foreign, Instant } from "./cells.js";

interface ProblemProperties {
  problem: Problem;
  detail?: string;
  dismiss?: () => void;
}

export function ProblemNotice({ problem, detail, dismiss }: ProblemProperties) {
  const words = detail ?? problem.detail;
  return (
    <div class="notice problem" role="alert">
      <p>
        <strong>{problem.title}</strong> {words}
      </p>
      {problem.code !== "" && <p class="code">{strings.errors.code(problem.code)}</p>}
      {dismiss && (
        <button type="button" onClick={dismiss}>
          {strings.result.dismiss}
        </button>
      )}
    </div>
  );
}

export function ListProblem({ store }: { store: Store }) {
  const problem = store.problem.value;
  if (!problem) {
    return null;
  }
  const list = store.list.value;
  return problem.away ? (
    <ProblemNotice
      problem={problem}
      detail={strings.errors.awayDetail(
        list && store.asOf.value && plainTime(store.asOf.value, store.zoneOf(list.time_zone)),
      )}
    />
  ) : (
    <ProblemNotice problem={problem} />
  );
}

/** Why sessions could not be kept. */
export const KeepProblem = ({ store }: { store: Store }) =>
  store.keepProblem.value ? <ProblemNotice problem={store.keepProblem.value} dismiss={store.forgetKeepProblem} /> : null;

/** What the last act did, session by session. The words stand in a live region, so they are also read out. */
export function OutcomeNotice({ store }: { store: Store }) {
  const outcome = store.outcome.value;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (outcome) {
      heading.current?.focus();
    }
  }, [outcome]);
  return (
    <>
      <div class="unseen" role="status">
        {outcome && strings.result.summary(outcome.counts)}
      </div>
      {outcome && (
        <section class="notice outcome" aria-labelledby="outcome-title">
          <div class="outcome-head">
            <h2 id="outcome-title" ref={heading} tabIndex={-1}>
              {strings.result.summary(outcome.counts)}
            </h2>
            <button type="button" onClick={store.dismissOutcome}>
              {strings.result.dismiss}
            </button>
          </div>
          {!outcome.durable && <p class="not-durable">{strings.result.notDurable}</p>}
          {outcome.rows.length > 0 && <div class="outcome-rows" role="region" aria-label={strings.result.title} tabIndex={0}>
            <table>
              <caption class="unseen">{strings.result.title}</caption>
              <thead>
                <tr>
                  <th scope="col">{strings.result.agent}</th>
                  <th scope="col">{strings.result.started}</th>
                  {store.severalAccounts.value && <th scope="col">{strings.result.account}</th>}
                  <th scope="col">{strings.result.outcomeColumn}</th>
                </tr>
              </thead>
              <tbody>
                {outcome.rows.map(({ session, result }) => (
                  <tr key={session.ref} data-ref={session.ref}>
                    <th scope="row">
                      <AgentName agent={session.agent} />
                    </th>
                    <td>
                      <Instant at={session.started} zone={store.zoneOf(session.time_zone)} />
                    </td>
                    {store.severalAccounts.value && (
                      <td>
                        <Foreign text={session.account} />
                      </td>
                    )}
                    <td class={`result-${result}`}>{strings.result.outcome[result]}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>}
        </section>
      )}
    </>
  );
}
