// Sessions that were to end when their agents have finished, and are kept instead. It takes nothing from anybody, so nobody
// is asked first.

import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import { type Api, type ListQuery, type Problem, problemOf } from "../api.js";
import type { Session } from "../types.js";
import { type ShownOutcome, outcomeOf } from "./outcome.js";
import type { AllMatching, Selection } from "./selection.js";

/** As many as a page of the list and a request to keep may have. */
const kPageSize = 500;
const kMost = 10_000;

interface Parts {
  selection: Selection;
  mayTerminate: ReadonlySignal<boolean>;
  shownOutcome: ShownOutcome;
}

/** `closeDetails` takes away what shows a session as it was; `load` asks anew for everything else. */
export function createKeeping(
  api: Api,
  { selection, mayTerminate, shownOutcome }: Parts,
  closeDetails: () => void,
  load: () => Promise<void>,
) {
  const keeping = signal(false);
  const keepProblem = signal<Problem | null>(null);

  async function endingOf({ filter, account }: AllMatching): Promise<readonly Session[]> {
    const conditions = { ...filter, state: "ending" };
    const found: Session[] = [];
    let cursor: string | null = null;
    do {
      const query: ListQuery = {
        sort: { key: "started", descending: true },
        limit: kPageSize,
        cursor,
        filter: conditions,
        account,
      };
      const { answer } = await api.sessions(query);
      found.push(...answer.sessions);
      cursor = answer.next;
    } while (cursor !== null && found.length < kMost);
    return found.slice(0, kMost);
  }

  async function act(chosen: () => Promise<readonly Session[]>): Promise<void> {
    if (keeping.value || !mayTerminate.value) {
      return;
    }
    batch(() => {
      keeping.value = true;
      keepProblem.value = null;
    });
    try {
      const sessions = await chosen();
      const answer = sessions.length > 0 ? await api.keep(sessions.map(({ ref }) => ref)) : { results: [], durable: true };
      batch(() => {
        shownOutcome.outcome.value = outcomeOf(answer, sessions);
        selection.tick(sessions, false);
        closeDetails();
      });
      await load();
    } catch (failure) {
      keepProblem.value = problemOf(failure);
    } finally {
      keeping.value = false;
    }
  }

  return {
    keeping,
    keepProblem,
    /** Those among the ticked ones that end when their agents have finished. */
    tickedEnding: computed(() =>
      selection.allMatching.value
        ? []
        : [...selection.ticked.value.values()].map(({ session }) => session).filter(({ ending }) => ending !== null),
    ),
    keep: (sessions: readonly Session[]) => act(() => Promise.resolve(sessions)),
    keepMatching: (all: AllMatching) => act(() => endingOf(all)),
    forgetKeepProblem: () => (keepProblem.value = null),
  };
}
