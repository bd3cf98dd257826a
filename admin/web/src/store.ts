// What the page knows of the live sessions, as signals, and everything it can do to them. No DOM here.

import { batch, computed, signal } from "@preact/signals";
import { type Api, ApiFailure, type Fresh, type Person, type Problem, type Words, problemOf } from "./api.js";
import { lastDayOf, shownZone } from "./times.js";
import type {
  Erased,
  Filter,
  FilterName,
  Health,
  Session,
  SessionDetails,
  SessionList,
  Sort,
  SortKey,
  TerminateResult,
  Usage,
  UsageMinutes,
  UsagePeak,
  WhoAmI,
} from "./types.js";
import { type View, plainView } from "./view.js";

export const kPageSize = 100;
const kMinuteMs = 60_000;
const kProbablyGoneMs = 10 * kMinuteMs;
/** At most this many sessions that are ticked but not on the page are read again before the question. */
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

export interface Outcome {
  rows: { session: Session; result: TerminateResult }[];
  counts: Record<TerminateResult, number>;
  durable: boolean;
}

export interface Question {
  pending: boolean;
  problem: Problem | null;
}

/** An agent's name that is to be taken away everywhere, and what came of it. */
export interface Erasure {
  person: Person;
  pending: boolean;
  problem: Problem | null;
  result: Erased | null;
}

/** What the drawer shows: a session as listed, and what was read of it since. */
export interface Opened {
  session: Session;
  details: SessionDetails | null;
  problem: Problem | null;
}

/** Who was in the maximum of a day. */
export interface Peak {
  date: string;
  answer: UsagePeak | null;
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

export function isProbablyGone(lastSeen: string, now: string): boolean {
  return Date.parse(now) - Date.parse(lastSeen) > kProbablyGoneMs;
}

/** Words as the server takes them: without control characters, so in one line. */
export const inOneLine = (words: string) => words.replace(/[\p{Cc}\s]+/gu, " ").trim();

/**
 * The rows that are shown, with what is new of each of them, none moved, added or taken away: for a list that changes
 * by itself while somebody aims at a row.
 */
export function mergedInPlace(shown: SessionList, fresh: SessionList): SessionList {
  const news = new Map(fresh.sessions.map((session) => [session.ref, session]));
  return { ...fresh, sessions: shown.sessions.map((session) => news.get(session.ref) ?? session) };
}

export type Store = ReturnType<typeof createStore>;

export function createStore(api: Api, initial: View = plainView) {
  const view = signal<View>(initial);
  const who = signal<WhoAmI | null>(null);
  const list = signal<SessionList | null>(null);
  /** The instant that the list is true for, by the server's clock. */
  const asOf = signal<string | null>(null);
  const usage = signal<Usage | null>(null);
  /** The days of the chosen month, where one is chosen; the figures are always those of the last 30 days. */
  const monthUsage = signal<Usage | null>(null);
  const health = signal<Health | null>(null);
  const problem = signal<Problem | null>(null);
  const usageProblem = signal<Problem | null>(null);
  const busy = signal(false);

  const minutes = signal<UsageMinutes | null>(null);
  const minutesProblem = signal<Problem | null>(null);
  const peak = signal<Peak | null>(null);

  /** The cursors of the pages up to this one; the first page has none. */
  const cursors = signal<readonly string[]>([]);
  /** Of an admin of all accounts, to whom whoAmI() names none. */
  const allAccounts = signal<readonly string[]>([]);

  const ticked = signal<ReadonlyMap<string, Ticked>>(new Map());
  const allMatching = signal<AllMatching | null>(null);
  const question = signal<Question | null>(null);
  const outcome = signal<Outcome | null>(null);
  const opened = signal<Opened | null>(null);
  const erasure = signal<Erasure | null>(null);

  /** Somebody aims at a row: rows stay where they are. */
  let aiming = false;
  /** A list that came by itself meanwhile. */
  const held = signal<Fresh<SessionList> | null>(null);

  const sort = computed(() => view.value.sort);
  const filter = computed(() => view.value.filter);
  const search = computed(() => view.value.filter.q ?? "");
  const account = computed(() => view.value.account);
  const isFiltered = computed(() => Object.keys(filter.value).length > 0);

  const seesTicks = computed(() => who.value !== null && who.value.role !== "viewer");
  const mayTerminate = computed(() => seesTicks.value && who.value?.write === true);
  const mayErase = computed(() => mayTerminate.value && who.value?.role === "admin");
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
  const selectedCount = computed(() => allMatching.value?.count ?? ticked.value.size);
  const zoneOf = (accountZone: string) => shownZone(view.value.times, accountZone);

  let latestTurn = 0;

  const listQuery = () => ({
    sort: sort.value,
    limit: kPageSize,
    cursor: cursors.value.at(-1) ?? null,
    filter: filter.value,
    account: account.value,
  });

  function takeList({ answer, asOf: instant }: Fresh<SessionList>) {
    list.value = answer;
    asOf.value = instant;
    held.value = null;
    const listed = new Map(answer.sessions.map((session) => [session.ref, session]));
    const whole = answer.next === null && cursors.value.length === 0 && !isFiltered.value && account.value === "";
    const kept = new Map<string, Ticked>();
    for (const [ref, tick] of ticked.value) {
      const session = listed.get(ref);
      if (session) {
        kept.set(ref, { session, seenAt: instant });
      } else if (!whole) {
        kept.set(ref, tick);
      }
    }
    ticked.value = kept;
  }

  function takeListUnasked(fresh: Fresh<SessionList>) {
    if (aiming && list.value !== null) {
      held.value = fresh;
      list.value = mergedInPlace(list.value, fresh.answer);
      asOf.value = fresh.asOf;
    } else {
      takeList(fresh);
    }
  }

  async function load({ unasked = false } = {}): Promise<void> {
    const turn = ++latestTurn;
    busy.value = true;
    const asker = who.value && problem.value === null ? Promise.resolve(who.value) : api.whoAmI();
    const [whoAnswer, listAnswer, usageAnswer, healthAnswer, accountsAnswer] = await Promise.allSettled([
      asker,
      api.sessions(listQuery()),
      api.usage(account.value),
      api.health(),
      asker.then(({ accounts }) => (accounts.includes("*") ? api.accounts() : [])),
      loadMonth(),
      loadMinutes(),
    ]);
    if (turn !== latestTurn) {
      return;
    }

    if (listAnswer.status === "rejected" && cursors.value.length > 0 && problemOf(listAnswer.reason).status === 400) {
      cursors.value = []; // A cursor the server no longer takes: the first page always works.
      return load();
    }
    if (
      listAnswer.status === "fulfilled" &&
      listAnswer.value.answer.sessions.length === 0 &&
      cursors.value.length > 0
    ) {
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
        (unasked ? takeListUnasked : takeList)(listAnswer.value);
      } else if (!problemOf(listAnswer.reason).passing) {
        list.value = null; // A refusal: nothing of what was shown before is known to be true or permitted.
      }
      if (usageAnswer.status === "fulfilled") {
        usage.value = usageAnswer.value;
      } else if (!problemOf(usageAnswer.reason).passing) {
        usage.value = null;
      }
      health.value = healthAnswer.status === "fulfilled" ? healthAnswer.value : null;
      if (accountsAnswer.status === "fulfilled") {
        allAccounts.value = accountsAnswer.value;
      }
    });
  }

  async function loadMonth(): Promise<void> {
    const { month, account: name } = view.value;
    try {
      const answer = month === "" ? null : await api.usage(name, { from: `${month}-01`, to: lastDayOf(month) });
      if (view.value.month === month && view.value.account === name) {
        monthUsage.value = answer;
      }
    } catch {
      monthUsage.value = null; // What is wrong is said of the figures.
    }
  }

  async function loadMinutes(): Promise<void> {
    const { day, account: name } = view.value;
    if (day === "") {
      minutes.value = null;
      minutesProblem.value = null;
      return;
    }
    try {
      const answer = await api.minutes(name, day);
      if (view.value.day === day && view.value.account === name) {
        minutes.value = answer;
        minutesProblem.value = null;
      }
    } catch (failure) {
      minutesProblem.value = problemOf(failure);
    }
  }

  const change = (changes: Partial<View>) => {
    view.value = { ...view.value, ...changes };
  };

  function fromFirstPage(changes: Partial<View>): Promise<void> {
    batch(() => {
      change(changes);
      cursors.value = [];
      allMatching.value = null;
    });
    return load();
  }

  /** Sets a condition of the list, or takes it away (undefined). */
  function filterBy(name: FilterName, value: string | undefined): Promise<void> {
    if (filter.value[name] === value) {
      return Promise.resolve();
    }
    const { [name]: _, ...others } = filter.value;
    return fromFirstPage({ filter: value === undefined ? others : { ...others, [name]: value } });
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
    const here = new Set(list.value?.sessions.map(({ ref }) => ref));
    const missing = [...ticked.value.keys()].filter((ref) => !here.has(ref)).slice(0, kReadAgainLimit);
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
    const count = async (conditions: Filter) =>
      (await api.sessions({ ...listQuery(), filter: conditions, account: all.account, limit: 1, cursor: null })).answer
        .filtered;
    const [now, quiet] = await Promise.all([
      count(all.filter),
      "idle_gt" in all.filter ? null : count({ ...all.filter, idle_gt: "60" }),
    ]);
    if (allMatching.value?.filter === all.filter) {
      allMatching.value = { ...all, count: now, active: quiet === null ? null : Math.max(0, now - quiet) };
    }
  }

  async function ask(): Promise<void> {
    if (!mayTerminate.value || selectedCount.value === 0) {
      return;
    }
    question.value = { pending: false, problem: null };
    await load();
    if (allMatching.value) {
      await countMatching(allMatching.value).catch(() => {}); // The server counts once more before it ends anything.
      return;
    }
    await readTickedElsewhere();
    if (ticked.value.size === 0 && question.value?.pending === false) {
      question.value = null; // All of them have ended meanwhile.
    }
  }

  async function terminateTicked(words: Words): Promise<Outcome> {
    const asked = ticked.value;
    const answer = await api.terminate([...asked.keys()], words);
    const counts: Outcome["counts"] = { terminated: 0, ending: 0, already_gone: 0, not_found: 0 };
    const rows: Outcome["rows"] = [];
    for (const { ref, result } of answer.results) {
      const session = asked.get(ref)?.session;
      if (session) {
        counts[result] += 1;
        rows.push({ session, result });
      }
    }
    return { rows, counts, durable: answer.durable };
  }

  async function terminateMatching(all: AllMatching, words: Words): Promise<Outcome> {
    const answer = await api.terminateMatching(all.filter, all.account, all.count, words);
    const counts = { terminated: answer.ended, ending: 0, already_gone: answer.already_gone, not_found: 0 };
    return { rows: [], counts, durable: answer.durable };
  }

  async function terminate(reason: string, message: string): Promise<void> {
    if (question.value === null || question.value.pending) {
      return;
    }
    const all = allMatching.value;
    question.value = { pending: true, problem: null };
    const words = { reason: inOneLine(reason), message: inOneLine(message) };
    try {
      const result = all ? await terminateMatching(all, words) : await terminateTicked(words);
      batch(() => {
        outcome.value = result;
        question.value = null;
        if (all) {
          ticked.value = new Map();
          allMatching.value = null;
        } else {
          tick(
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
        opened.value = null;
      });
      await load();
    } catch (failure) {
      erasure.value = { ...asked, pending: false, problem: problemOf(failure) };
    }
  }

  async function openPeak(date: string, cursor: string | null = null): Promise<void> {
    const before = peak.value?.date === date && cursor !== null ? peak.value.answer : null;
    peak.value = { date, answer: before, problem: null };
    try {
      const answer = await api.peak(date, { account: account.value, limit: kPageSize, cursor });
      if (peak.value?.date === date) {
        const sessions = [...(before?.sessions ?? []), ...answer.sessions];
        peak.value = { date, answer: { ...answer, sessions }, problem: null };
      }
    } catch (failure) {
      if (peak.value?.date === date) {
        peak.value = { date, answer: before, problem: problemOf(failure) };
      }
    }
  }

  return {
    view,
    who,
    list,
    asOf,
    usage,
    monthUsage,
    health,
    problem,
    usageProblem,
    busy,
    minutes,
    minutesProblem,
    peak,
    sort,
    filter,
    search,
    account,
    isFiltered,
    cursors,
    ticked,
    allMatching,
    selectedCount,
    question,
    outcome,
    opened,
    erasure,
    held,
    seesTicks,
    mayTerminate,
    mayErase,
    severalAccounts,
    accountChoices,
    tickedElsewhere,
    zoneOf,

    refresh: () => load(),
    /** The list changes by itself: rows that somebody aims at stay where they are. */
    refreshUnasked: () => load({ unasked: true }),
    aimAtRows: (on: boolean) => {
      aiming = on;
      if (!on && held.value) {
        takeList(held.value);
      }
    },
    /** Changes how things are shown; nothing has to be asked for. */
    change,
    /** Another view altogether, as the address names it. */
    show: (wanted: View) => fromFirstPage(wanted),
    sortBy: (key: SortKey) => fromFirstPage({ sort: nextSort(sort.value, key) }),
    filterBy,
    searchFor: (text: string) => filterBy("q", text.trim() === "" ? undefined : text.trim()),
    clearFilter: () => fromFirstPage({ filter: {} }),
    chooseAccount: (name: string) => fromFirstPage({ account: name }),
    chooseMonth: (month: string) => {
      change({ month, day: "" });
      return loadMonth();
    },
    chooseDay: (day: string) => {
      minutes.value = null;
      change({ day });
      return loadMinutes();
    },
    openPeak,
    closePeak: () => (peak.value = null),
    open,
    close: () => (opened.value = null),
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
    ask,
    cancel: () => {
      if (question.value && !question.value.pending) {
        question.value = null;
      }
    },
    terminate,
    askErasure: (person: Person) => (erasure.value = { person, pending: false, problem: null, result: null }),
    erase,
    closeErasure: () => {
      if (!erasure.value?.pending) {
        erasure.value = null;
      }
    },
    dismissOutcome: () => (outcome.value = null),
  };
}
