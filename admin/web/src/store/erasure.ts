// The erasure of an agent's name: the question before it, and what came of it.

import { batch, signal } from "@preact/signals";
import { type Api, type Person, type Problem, problemOf } from "../api.js";
import type { Erased } from "../types.js";

/** An agent's name that is to be taken away everywhere, and what came of it. */
export interface Erasure {
  person: Person;
  pending: boolean;
  problem: Problem | null;
  result: Erased | null;
}

/** `forget` takes away what may show the name of a row on its own; `load` asks anew for everything else. */
export function createErasure(api: Api, forget: () => void, load: () => Promise<void>) {
  const erasure = signal<Erasure | null>(null);

  async function erase(): Promise<void> {
    const asked = erasure.value;
    if (!asked || asked.pending) {
      return;
    }
    erasure.value = { ...asked, pending: true, problem: null };
    try {
      const result = await api.erase(asked.person);
      batch(() => {
        erasure.value = { ...asked, pending: false, problem: null, result };
        forget();
      });
      await load();
    } catch (failure) {
      erasure.value = { ...asked, pending: false, problem: problemOf(failure) };
    }
  }

  return {
    erasure,
    askErasure: (person: Person) => (erasure.value = { person, pending: false, problem: null, result: null }),
    erase,
    closeErasure: () => {
      if (!erasure.value?.pending) {
        erasure.value = null;
      }
    },
  };
}
