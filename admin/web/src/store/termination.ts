// The termination of the selected sessions: the question before it, and what came of it.

import { batch, type ReadonlySignal, signal } from "@preact/signals";
import { type Api, ApiFailure, type Problem, type Words, problemOf } from "../api.js";
import type { Session, TerminateResult } from "../types.js";
import type { AllMatching, Selection } from "./selection.js";

export interface Question {
  pending: boolean;
  problem: Problem | null;
}

export interface Outcome {
  rows: { session: Session; result: TerminateResult }[];
  counts: Record<TerminateResult, number>;
  durable: boolean;
}

/** Words as the server takes them: without control characters, so in one line. */
export const inOneLine = (words: string) => words.replace(/[\p{Cc}\s]+/gu, " ").trim();

export function createTermination(
  api: Api,
  selection: Selection,
  mayTerminate: ReadonlySignal<boolean>,
  load: () => Promise<void>,
) {
  const { ticked, allMatching } = selection;
  const question = signal<Question | null>(null);
  const outcome = signal<Outcome | null>(null);

  async function ask(): Promise<void> {
    if (!mayTerminate.value || selection.selectedCount.value === 0) {
      return;
    }
    question.value = { pending: false, problem: null };
    await load();
    if (allMatching.value) {
      // The server counts once more before it ends anything.
      await selection.countMatching(allMatching.value).catch(() => {});
      return;
    }
    await selection.readTickedElsewhere();
    if (ticked.value.size === 0 && question.value?.pending === false) {
      question.value = null; // All of them have ended meanwhile.
    }
  }

  async function terminateTicked(words: Words): Promise<Outcome> {
    const asked = ticked.value;
    const answer = await api.terminate([...asked.keys()], words);
    const counts: Outcome["counts"] = { terminated: 0, ending: 0, already_gone: 0, not_found: 0 };
    const rows: Outcome["rows"] = [];
    for (const { ref, result } of answer.results) {
      const session = asked.get(ref)?.session;
      if (session) {
        counts[result] += 1;
        rows.push({ session, result });
      }
    }
    return { rows, counts, durable: answer.durable };
  }

  async function terminateMatching(all: AllMatching, words: Words): Promise<Outcome> {
    const answer = await api.terminateMatching(all.filter, all.account, all.count, words);
    const counts = { terminated: answer.ended, ending: 0, already_gone: answer.already_gone, not_found: 0 };
    return { rows: [], counts, durable: answer.durable };
  }

  async function terminate(reason: string, message: string): Promise<void> {
    if (question.value === null || question.value.pending) {
      return;
    }
    const all = allMatching.value;
    question.value = { pending: true, problem: null };
    const words = { reason: inOneLine(reason), message: inOneLine(message) };
    try {
      const result = all ? await terminateMatching(all, words) : await terminateTicked(words);
      batch(() => {
        outcome.value = result;
        question.value = null;
        if (all) {
          selection.clearTicks();
        } else {
          selection.tick(
            result.rows.map(({ session }) => session),
            false,
          );
        }
      });
      await load();
    } catch (failure) {
      const { count, ...refused } = problemOf(failure);
      if (all && count !== undefined) {
        allMatching.value = { ...all, count, active: null };
      }
      question.value = { pending: false, problem: refused };
      if (!(failure instanceof ApiFailure)) {
        throw failure;
      }
    }
  }

  return {
    question,
    outcome,
    ask,
    cancel: () => {
      if (question.value && !question.value.pending) {
        question.value = null;
      }
    },
    terminate,
    dismissOutcome: () => (outcome.value = null),
  };
}
