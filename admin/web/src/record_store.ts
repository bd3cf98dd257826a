// The lists of what has been: ended sessions, who was on, and the audit. One at a time, page by page. No DOM here.

import { batch, signal } from "@preact/signals";
import { type Api, type Problem, problemOf } from "./api.js";
import { createPaging, kPageSize } from "./paging.js";
import type { RecordFilter, RecordKind, RecordList } from "./types.js";

export type RecordStore = ReturnType<typeof createRecordStore>;

export function createRecordStore(api: Api) {
  const list = signal<RecordList | null>(null);
  const problem = signal<Problem | null>(null);
  const busy = signal(false);
  const paging = createPaging(() => list.value?.next, load);

  let asked: { kind: RecordKind; filter: RecordFilter; account: string } | null = null;
  let latestTurn = 0;

  async function load(): Promise<void> {
    if (!asked) {
      return;
    }
    const turn = ++latestTurn;
    busy.value = true;
    const { kind, filter, account } = asked;
    try {
      const page = { account, limit: kPageSize, cursor: paging.cursor() };
      const answer = await api.record(kind, filter, page);
      if (turn === latestTurn) {
        batch(() => {
          list.value = answer;
          problem.value = null;
        });
      }
    } catch (failure) {
      if (turn === latestTurn) {
        batch(() => {
          problem.value = problemOf(failure);
          if (!problem.value.passing) {
            list.value = null;
          }
        });
      }
    } finally {
      if (turn === latestTurn) {
        busy.value = false;
      }
    }
  }

  return {
    list,
    problem,
    busy,
    cursors: paging.cursors,
    /** Shows a list from its first page. */
    show(kind: RecordKind, filter: RecordFilter, account: string): Promise<void> {
      asked = { kind, filter, account };
      batch(() => {
        paging.toFirstPage();
        if (list.value?.kind !== kind) {
          list.value = null;
          problem.value = null;
        }
      });
      return load();
    },
    refresh: load,
    nextPage: paging.nextPage,
    previousPage: paging.previousPage,
  };
}
