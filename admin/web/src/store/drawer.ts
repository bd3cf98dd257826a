// The session whose details are open.

import { signal } from "@preact/signals";
import { type Api, type Problem, problemOf } from "../api.js";
import type { Session, SessionDetails } from "../types.js";

/** A session as listed, and what was read of it since. */
export interface Opened {
  session: Session;
  details: SessionDetails | null;
  problem: Problem | null;
}

export function createDrawer(api: Api) {
  const opened = signal<Opened | null>(null);

  async function open(session: Session): Promise<void> {
    opened.value = { session, details: null, problem: null };
    const isStill = () => opened.value?.session.ref === session.ref;
    try {
      const details = await api.session(session.ref);
      if (isStill()) {
        opened.value = { session: details, details, problem: null };
      }
    } catch (failure) {
      if (isStill()) {
        opened.value = { session, details: null, problem: problemOf(failure) };
      }
    }
  }

  return { opened, open, close: () => (opened.value = null) };
}
