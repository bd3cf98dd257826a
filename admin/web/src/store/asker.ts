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
  const isAdmin = computed(() => who.value?.role === "admin");
  return {
    who,
    allAccounts,
    seesTicks,
    mayTerminate,
    /** What the role admin alone may: end everybody at once, and erase. */
    isAdmin,
    mayErase: computed(() => mayTerminate.value && isAdmin.value),
    severalAccounts: computed(() => accounts.value.length > 1 || accounts.value[0] === "*"),
    accountChoices: computed(() => (accounts.value.includes("*") ? allAccounts.value : accounts.value)),
  };
}
