// What came of the last act on sessions.

import { signal } from "@preact/signals";
import type { KeepResult, Session, TerminateResult } from "../types.js";

export type Result = TerminateResult | KeepResult;

export interface Outcome {
  rows: { session: Session; result: Result }[];
  counts: Partial<Record<Result, number>>;
  durable: boolean;
}

interface ResultsByRef {
  results: { ref: string; result: Result }[];
  durable: boolean;
}

/** An answer that names a result for each ref, beside the sessions that it was asked about. */
export function outcomeOf({ results, durable }: ResultsByRef, asked: readonly Session[]): Outcome {
  const byRef = new Map(asked.map((session) => [session.ref, session]));
  const outcome: Outcome = { rows: [], counts: {}, durable };
  for (const { ref, result } of results) {
    const session = byRef.get(ref);
    if (session) {
      outcome.counts[result] = (outcome.counts[result] ?? 0) + 1;
      outcome.rows.push({ session, result });
    }
  }
  return outcome;
}

export type ShownOutcome = ReturnType<typeof createShownOutcome>;

export function createShownOutcome() {
  const outcome = signal<Outcome | null>(null);
  return { outcome, dismissOutcome: () => (outcome.value = null) };
}
