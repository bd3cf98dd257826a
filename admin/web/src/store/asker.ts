// Who looks at the page, and what that admin may see and do.

import { computed, signal } from "@preact/signals";
import type { WhoAmI } from "../types.js";

export type Asker = ReturnType<typeof createAsker>;

export function createAsker() {
  const who = signal<WhoAmI | null>(null);
  /** Of an admin of all accounts, to whom whoAmI() names none. */
  const allAccounts = signal<readonly string[]>([]);

  const accounts = computed(() => who.value?.accounts ?? []);
  const seesTicks = computed(() => who.value !== null && who.value.role !== "viewer");
  const mayTerminate = computed(() => seesTicks.value && who.value?.write === true);
  return {
    who,
    allAccounts,
    seesTicks,
    mayTerminate,
    mayErase: computed(() => mayTerminate.value && who.value?.role === "admin"),
    severalAccounts: computed(() => accounts.value.length > 1 || accounts.value[0] === "*"),
    accountChoices: computed(() => (accounts.value.includes("*") ? allAccounts.value : accounts.value)),
  };
}
