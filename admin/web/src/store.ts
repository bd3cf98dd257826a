// What the page knows, as signals, and everything it can do. No DOM here.

import { batch, computed, signal } from "@preact/signals";
import { type Api, ApiFailure, type Problem, problemOf } from "./api.js";
import type { Session, SessionList, Sort, SortKey, TerminateResult, Usage, WhoAmI } from "./types.js";

export const kPageSize = 100;
const kMinuteMs = 60_000;
/** At most this many sessions that are ticked but not on the page are read again before the question. */
const kReadAgainLimit = 50;

/** A ticked session as it was last listed. */
export interface Ticked {
  session: Session;
  seenAt: string;
}

export interface Outcome {
  rows: { session: Session; result: TerminateResult }[];
  counts: Record<TerminateResult, number>;
  durable: boolean;
}

export interface Question {
  pending: boolean;
  problem: Problem | null;
}

/** The direction that a first click on a column gives: names from A, times and numbers from the top. */
const descendingFirst: ReadonlySet<SortKey> = new Set<SortKey>(["started", "instances", "last_seen"]);

export function nextSort(current: Sort, key: SortKey): Sort {
  return current.key === key
    ? { key, descending: !current.descending }
    : { key, descending: descendingFirst.has(key) };
}

export function activeInLastMinute({ session, seenAt }: Ticked): boolean {
  return Date.parse(session.last_seen) >= Date.parse(seenAt) - kMinuteMs;
}

/** Words as the server takes them: without control characters, so in one line. */
export const inOneLine = (words: string) => words.replace(/[\p{Cc}\s]+/gu, " ").trim();

export type Store = ReturnType<typeof createStore>;

export function createStore(api: Api) {
  const who = signal<WhoAmI | null>(null);
  const list = signal<SessionList | null>(null);
  const usage = signal<Usage | null>(null);
  const problem = signal<Problem | null>(null);
  const usageProblem = signal<Problem | null>(null);
  const busy = signal(false);

  const sort = signal<Sort>({ key: "started", descending: true });
  const search = signal("");
  const account = signal("");
  /** The cursors of the pages up to this one; the first page has none. */
  const cursors = signal<readonly string[]>([]);
  /** Of an admin of all accounts, to whom whoAmI() names none. */
  const allAccounts = signal<readonly string[]>([]);

  const ticked = signal<ReadonlyMap<string, Ticked>>(new Map());
  const question = signal<Question | null>(null);
  const outcome = signal<Outcome | null>(null);

  const seesTicks = computed(() => who.value !== null && who.value.role !== "viewer");
  const mayTerminate = computed(() => seesTicks.value && who.value?.write === true);
  const severalAccounts = computed(() => {
    const accounts = who.value?.accounts ?? [];
    return accounts.length > 1 || accounts[0] === "*";
  });
  const accountChoices = computed(() => {
    const accounts = who.value?.accounts ?? [];
    return accounts.includes("*") ? allAccounts.value : accounts;
  });
  const tickedElsewhere = computed(() => {
    const here = new Set(list.value?.sessions.map(({ ref }) => ref));
    return [...ticked.value.keys()].filter((ref) => !here.has(ref)).length;
  });

  let latestTurn = 0;

  function takeList(answer: SessionList) {
    list.value = answer;
    const listed = new Map(answer.sessions.map((session) => [session.ref, session]));
    const whole = answer.next === null && cursors.value.length === 0 && search.value === "" && account.value === "";
    const kept = new Map<string, Ticked>();
    for (const [ref, tick] of ticked.value) {
      const session = listed.get(ref);
      if (session) {
        kept.set(ref, { session, seenAt: answer.generated_at });
      } else if (!whole) {
        kept.set(ref, tick);
      }
    }
    ticked.value = kept;
  }

  async function load(): Promise<void> {
    const turn = ++latestTurn;
    busy.value = true;
    const asker = who.value && problem.value === null ? Promise.resolve(who.value) : api.whoAmI();
    const [whoAnswer, listAnswer, usageAnswer, accountsAnswer] = await Promise.allSettled([
      asker,
      api.sessions({
        sort: sort.value,
        limit: kPageSize,
        cursor: cursors.value.at(-1) ?? null,
        search: search.value,
        account: account.value,
      }),
      api.usage(account.value),
      asker.then(({ accounts }) => (accounts.includes("*") ? api.accounts() : [])),
    ]);
    if (turn !== latestTurn) {
      return;
    }

    if (listAnswer.status === "rejected" && cursors.value.length > 0 && problemOf(listAnswer.reason).status === 400) {
      cursors.value = []; // A cursor the server no longer takes: the first page always works.
      return load();
    }
    if (listAnswer.status === "fulfilled" && listAnswer.value.sessions.length === 0 && cursors.value.length > 0) {
      cursors.value = cursors.value.slice(0, -1); // The rows of this page have gone.
      return load();
    }

    batch(() => {
      busy.value = false;
      const failed = [listAnswer, whoAnswer].find((answer) => answer.status === "rejected");
      problem.value = failed?.status === "rejected" ? problemOf(failed.reason) : null;
      usageProblem.value = usageAnswer.status === "rejected" ? problemOf(usageAnswer.reason) : null;
      if (whoAnswer.status === "fulfilled") {
        who.value = whoAnswer.value;
      }
      if (listAnswer.status === "fulfilled") {
        takeList(listAnswer.value);
      } else if (!problemOf(listAnswer.reason).passing) {
        list.value = null; // A refusal: nothing of what was shown before is known to be true or permitted.
      }
      if (usageAnswer.status === "fulfilled") {
        usage.value = usageAnswer.value;
      } else if (!problemOf(usageAnswer.reason).passing) {
        usage.value = null;
      }
      if (accountsAnswer.status === "fulfilled") {
        allAccounts.value = accountsAnswer.value;
      }
    });
  }

  function fromFirstPage(change: () => void): Promise<void> {
    batch(() => {
      change();
      cursors.value = [];
    });
    return load();
  }

  function tick(sessions: readonly Session[], on: boolean) {
    const changed = new Map(ticked.value);
    for (const session of sessions) {
      if (on) {
        changed.set(session.ref, { session, seenAt: list.value?.generated_at ?? session.last_seen });
      } else {
        changed.delete(session.ref);
      }
    }
    ticked.value = changed;
  }

  async function readTickedElsewhere(): Promise<void> {
    const here = new Set(list.value?.sessions.map(({ ref }) => ref));
    const missing = [...ticked.value.keys()].filter((ref) => !here.has(ref)).slice(0, kReadAgainLimit);
    const answers = await Promise.allSettled(missing.map((ref) => api.session(ref)));
    const seenAt = list.value?.generated_at;
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

  async function ask(): Promise<void> {
    if (!mayTerminate.value || ticked.value.size === 0) {
      return;
    }
    question.value = { pending: false, problem: null };
    await load();
    await readTickedElsewhere();
    if (ticked.value.size === 0 && question.value?.pending === false) {
      question.value = null; // All of them have ended meanwhile.
    }
  }

  async function terminate(reason: string, message: string): Promise<void> {
    if (question.value === null || question.value.pending) {
      return;
    }
    const asked = ticked.value;
    question.value = { pending: true, problem: null };
    try {
      const answer = await api.terminate([...asked.keys()], inOneLine(reason), inOneLine(message));
      const counts: Outcome["counts"] = { terminated: 0, ending: 0, already_gone: 0, not_found: 0 };
      const rows: Outcome["rows"] = [];
      for (const { ref, result } of answer.results) {
        const session = asked.get(ref)?.session;
        if (session) {
          counts[result] += 1;
          rows.push({ session, result });
        }
      }
      batch(() => {
        outcome.value = { rows, counts, durable: answer.durable };
        question.value = null;
        tick(
          rows.map(({ session }) => session),
          false,
        );
      });
      await load();
    } catch (failure) {
      question.value = { pending: false, problem: problemOf(failure) };
      if (!(failure instanceof ApiFailure)) {
        throw failure;
      }
    }
  }

  return {
    who,
    list,
    usage,
    problem,
    usageProblem,
    busy,
    sort,
    search,
    account,
    cursors,
    ticked,
    question,
    outcome,
    seesTicks,
    mayTerminate,
    severalAccounts,
    accountChoices,
    tickedElsewhere,

    refresh: load,
    sortBy: (key: SortKey) => fromFirstPage(() => (sort.value = nextSort(sort.value, key))),
    searchFor: (text: string) =>
      text.trim() === search.value ? Promise.resolve() : fromFirstPage(() => (search.value = text.trim())),
    chooseAccount: (name: string) => fromFirstPage(() => (account.value = name)),
    nextPage: () => {
      const next = list.value?.next;
      if (!next) {
        return Promise.resolve();
      }
      cursors.value = [...cursors.value, next];
      return load();
    },
    previousPage: () => {
      cursors.value = cursors.value.slice(0, -1);
      return load();
    },
    tick,
    clearTicks: () => (ticked.value = new Map()),
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
