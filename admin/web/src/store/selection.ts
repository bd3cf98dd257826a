// The sessions that are chosen to be ended: ticked one by one, or all that match the conditions of the list.

import { batch, computed, signal } from "@preact/signals";
import type { Api, Fresh } from "../api.js";
import type { Filter, Session, SessionList } from "../types.js";
import type { ShownList } from "./shown_list.js";
import type { ShownView } from "./shown_view.js";

/** At most this many sessions that are ticked but not on the page are read again. */
const kReadAgainLimit = 50;

/** A ticked session as it was last listed. */
export interface Ticked {
  session: Session;
  seenAt: string;
}

/** Everything that matched a filter, many or few, on the page or not. */
export interface AllMatching {
  filter: Filter;
  account: string;
  count: number;
  /** How many of them were active in the last minute; null = not known yet. */
  active: number | null;
}

export type Selection = ReturnType<typeof createSelection>;

export function createSelection(
  api: Api,
  { sort, filter, account }: ShownView,
  { list, asOf }: Pick<ShownList, "list" | "asOf">,
) {
  const ticked = signal<ReadonlyMap<string, Ticked>>(new Map());
  const allMatching = signal<AllMatching | null>(null);

  const refsElsewhere = computed(() => {
    const here = new Set(list.value?.sessions.map(({ ref }) => ref));
    return [...ticked.value.keys()].filter((ref) => !here.has(ref));
  });

  /** Ticks follow a list; where it is the whole of all sessions, those that it lacks have ended. */
  function followList({ answer, asOf: instant }: Fresh<SessionList>, isWhole: boolean) {
    const listed = new Map(answer.sessions.map((session) => [session.ref, session]));
    const kept = new Map<string, Ticked>();
    for (const [ref, tick] of ticked.value) {
      const session = listed.get(ref);
      if (session) {
        kept.set(ref, { session, seenAt: instant });
      } else if (!isWhole) {
        kept.set(ref, tick);
      }
    }
    ticked.value = kept;
  }

  function tick(sessions: readonly Session[], on: boolean) {
    const changed = new Map(ticked.value);
    for (const session of sessions) {
      if (on) {
        changed.set(session.ref, { session, seenAt: asOf.value ?? session.last_seen });
      } else {
        changed.delete(session.ref);
      }
    }
    batch(() => {
      ticked.value = changed;
      allMatching.value = null;
    });
  }

  async function readTickedElsewhere(): Promise<void> {
    const missing = refsElsewhere.value.slice(0, kReadAgainLimit);
    const answers = await Promise.allSettled(missing.map((ref) => api.session(ref)));
    const seenAt = asOf.value;
    const changed = new Map(ticked.value);
    answers.forEach((answer, index) => {
      const tickedBefore = changed.get(missing[index] ?? "");
      if (answer.status === "fulfilled" && tickedBefore && seenAt) {
        const session = { ...tickedBefore.session, last_seen: answer.value.last_seen };
        changed.set(session.ref, { session, seenAt });
      }
    });
    ticked.value = changed;
  }

  /** How many of all that match there are now, and were active in the last minute. */
  async function countMatching(all: AllMatching): Promise<void> {
    const page = { sort: sort.value, limit: 1, cursor: null };
    const count = async (conditions: Filter) =>
      (await api.sessions({ ...page, filter: conditions, account: all.account })).answer.filtered;
    const [now, quiet] = await Promise.all([
      count(all.filter),
      "idle_gt" in all.filter ? null : count({ ...all.filter, idle_gt: "60" }),
    ]);
    if (allMatching.value?.filter === all.filter) {
      allMatching.value = { ...all, count: now, active: quiet === null ? null : Math.max(0, now - quiet) };
    }
  }

  return {
    ticked,
    allMatching,
    tickedElsewhere: computed(() => refsElsewhere.value.length),
    /** No condition narrows it: the server takes that from the role admin alone. */
    isEverybody: computed(() => {
      const all = allMatching.value;
      return all !== null && all.account === "" && Object.keys(all.filter).length === 0;
    }),
    selectedCount: computed(() => allMatching.value?.count ?? ticked.value.size),
    followList,
    tick,
    selectAllMatching: () => {
      if (list.value) {
        const { filtered } = list.value;
        allMatching.value = { filter: filter.value, account: account.value, count: filtered, active: null };
      }
    },
    clearTicks: () => {
      ticked.value = new Map();
      allMatching.value = null;
    },
    readTickedElsewhere,
    countMatching,
  };
}
