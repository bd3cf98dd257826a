// The rows of the list. They do not move while somebody aims at one of them and the list changes by itself.

import { signal } from "@preact/signals";
import type { Fresh } from "../api.js";
import type { SessionList } from "../types.js";

export type ShownList = ReturnType<typeof createShownList>;

/** The rows that are shown, with what is new of each of them, none moved, added or taken away. */
function mergedInPlace(shown: SessionList, fresh: SessionList): SessionList {
  const news = new Map(fresh.sessions.map((session) => [session.ref, session]));
  return { ...fresh, sessions: shown.sessions.map((session) => news.get(session.ref) ?? session) };
}

/** `taken` is told of each list that takes the place of the one before. */
export function createShownList(taken: (fresh: Fresh<SessionList>) => void) {
  const list = signal<SessionList | null>(null);
  /** The instant that the list is true for, by the server's clock. */
  const asOf = signal<string | null>(null);
  /** A list that came by itself while somebody aimed at a row. */
  const held = signal<Fresh<SessionList> | null>(null);
  let aiming = false;

  function takeList(fresh: Fresh<SessionList>) {
    list.value = fresh.answer;
    asOf.value = fresh.asOf;
    held.value = null;
    taken(fresh);
  }

  return {
    list,
    asOf,
    held,
    takeList,
    takeListUnasked: (fresh: Fresh<SessionList>) => {
      if (aiming && list.value !== null) {
        held.value = fresh;
        list.value = mergedInPlace(list.value, fresh.answer);
        asOf.value = fresh.asOf;
      } else {
        takeList(fresh);
      }
    },
    aimAtRows: (on: boolean) => {
      aiming = on;
      if (!on && held.value) {
        takeList(held.value);
      }
    },
  };
}
