// The termination of the selected sessions, and the question before it.

import { batch, computed, signal } from "@preact/signals";
import { type Api, ApiFailure, type Manner, type Problem, problemOf } from "../api.js";
import type { Asker } from "./asker.js";
import { type Outcome, type ShownOutcome, outcomeOf } from "./outcome.js";
import type { AllMatching, Selection } from "./selection.js";

export interface Question {
  pending: boolean;
  problem: Problem | null;
}

/** Words as the server takes them: without control characters, so in one line. */
export const inOneLine = (words: string) => words.replace(/[\p{Cc}\s]+/gu, " ").trim();

export function createTermination(
  api: Api,
  selection: Selection,
  { mayTerminate, isAdmin }: Asker,
  { outcome }: ShownOutcome,
  load: () => Promise<void>,
) {
  const { ticked, allMatching } = selection;
  const needsAdmin = computed(() => selection.isEverybody.value && !isAdmin.value);
  const question = signal<Question | null>(null);

  async function ask(): Promise<void> {
    if (!mayTerminate.value || needsAdmin.value || selection.selectedCount.value === 0) {
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

  async function terminateTicked(manner: Manner): Promise<Outcome> {
    const asked = [...ticked.value.values()].map(({ session }) => session);
    return outcomeOf(await api.terminate(asked.map(({ ref }) => ref), manner), asked);
  }

  async function terminateMatching(all: AllMatching, manner: Manner): Promise<Outcome> {
    const { ended, ending, already_gone, durable } = await api.terminateMatching(all.filter, all.account, all.count, manner);
    return { rows: [], counts: { terminated: ended, ending, already_gone }, durable };
  }

  async function terminate({ reason, message, ...when }: Manner): Promise<void> {
    if (question.value === null || question.value.pending) {
      return;
    }
    const all = allMatching.value;
    question.value = { pending: true, problem: null };
    const manner = { ...when, reason: inOneLine(reason), message: inOneLine(message) };
    try {
      const result = all ? await terminateMatching(all, manner) : await terminateTicked(manner);
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
    needsAdmin,
    question,
    ask,
    cancel: () => {
      if (question.value && !question.value.pending) {
        question.value = null;
      }
    },
    terminate,
  };
}
