// The page's only way to the server: the public API, by URLs relative to the page.

import { strings } from "./strings.js";
import type {
  Erased,
  Filter,
  Health,
  KeptRefs,
  RecordFilter,
  RecordKind,
  RecordList,
  SessionDetails,
  SessionList,
  Sort,
  TerminatedMany,
  TerminatedRefs,
  Usage,
  UsageMinutes,
  UsagePeak,
  WhoAmI,
} from "./types.js";
import { sortText } from "./view.js";

const kTimeoutMs = 20_000;

export interface Problem {
  title: string;
  detail: string;
  code: string;
  status: number;
  /** With count_changed: how many match now. */
  count?: number;
  /** The server itself could not be reached. */
  away: boolean;
  /** Worth another try; what was shown before may stand until then. */
  passing: boolean;
}

export class ApiFailure extends Error {
  constructor(readonly problem: Problem) {
    super(problem.title);
  }
}

export interface ListQuery {
  sort: Sort;
  limit: number;
  cursor: string | null;
  filter: Filter;
  /** "" stands for all accounts in the caller's scope. */
  account: string;
}

export interface Page {
  account: string;
  limit: number;
  cursor: string | null;
}

/** An answer, which is the very same object as long as the server says that nothing has changed. */
export interface Fresh<Answer> {
  answer: Answer;
  /** The instant that the answer is true for, by the server's clock. */
  asOf: string;
}

/** An agent by the name, in one account or ("") in all of the caller's scope. */
export interface Person {
  agent: string;
  account: string;
}

/** How sessions are to end. */
export interface Manner {
  reason: string;
  message: string;
  when: "now" | "finished";
  /** With "finished": after so many minutes whatever is still open; null = as long as it takes. */
  minutes: number | null;
}

export interface Api {
  whoAmI(): Promise<WhoAmI>;
  /** The names of the accounts in the caller's scope. */
  accounts(): Promise<string[]>;
  health(): Promise<Health>;
  sessions(query: ListQuery): Promise<Fresh<SessionList>>;
  session(ref: string): Promise<SessionDetails>;
  /** Without days the last 30, else from the first to the last of them. */
  usage(account: string, days?: { from: string; to: string }): Promise<Usage>;
  minutes(account: string, day: string): Promise<UsageMinutes>;
  peak(date: string, page: Page): Promise<UsagePeak>;
  record(kind: RecordKind, filter: RecordFilter, page: Page): Promise<RecordList>;
  terminate(refs: string[], manner: Manner): Promise<TerminatedRefs>;
  terminateMatching(filter: Filter, account: string, expected: number, manner: Manner): Promise<TerminatedMany>;
  /** Takes back that sessions end when their agents have finished. */
  keep(refs: string[]): Promise<KeptRefs>;
  erase(person: Person): Promise<Erased>;
}

/** Where a list can be had as CSV, with the same conditions. An empty one is a condition too: `agent=` are the Guests. */
export const csvOf = (path: string, { account = "", ...conditions }: Record<string, string> & { account?: string }) =>
  pathOf(`api/1/${path}.csv`, { ...conditions, account: orNull(account) });

const awayProblem = (status: number): Problem => ({
  title: strings.errors.away,
  detail: "",
  code: "",
  status,
  away: true,
  passing: true,
});

/** Not the asker's doing: the server is busy or broken. */
const isPassing = (status: number) => status === 429 || status >= 500;

/** Anything thrown, as a problem that can be shown. */
export function problemOf(failure: unknown): Problem {
  if (failure instanceof ApiFailure) {
    return failure.problem;
  }
  return { title: String(failure), detail: "", code: "", status: 0, away: false, passing: false };
}

const textOf = (value: unknown) => (typeof value === "string" ? value : "");

async function refusal(response: Response): Promise<Problem> {
  const type = response.headers.get("content-type") ?? "";
  if (/\bjson\b/.test(type)) {
    try {
      const body: unknown = await response.json();
      const fields = (body ?? {}) as Record<string, unknown>;
      return {
        title: textOf(fields.title) || strings.errors.status(response.status),
        detail: textOf(fields.detail),
        code: textOf(fields.code),
        ...(typeof fields.count === "number" ? { count: fields.count } : {}),
        status: response.status,
        away: false,
        passing: isPassing(response.status),
      };
    } catch {
      // Falls through to what the status alone tells.
    }
  }
  if (response.status >= 502 && response.status <= 504) {
    return awayProblem(response.status);
  }
  const login = response.status === 401;
  return {
    title: login ? strings.errors.login : strings.errors.status(response.status),
    detail: login ? strings.errors.loginDetail : response.statusText,
    code: "",
    status: response.status,
    away: false,
    passing: isPassing(response.status),
  };
}

/** At most this many answers are kept to be asked for again with their tag. */
const kKeptAnswers = 20;

interface Kept {
  tag: string;
  answer: unknown;
}

/** Exactly what is asked for; a parameter without a value is left out. */
function pathOf(path: string, parameters: Record<string, string | null>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null) {
      query.set(name, value);
    }
  }
  const text = query.toString();
  return text === "" ? path : `${path}?${text}`;
}

const orNull = (text: string) => (text === "" ? null : text);
const pageParameters = ({ account, limit, cursor }: Page) => ({
  account: orNull(account),
  limit: String(limit),
  cursor,
});
const given = ({ reason, message, when, minutes }: Manner) => ({
  ...(reason === "" ? {} : { reason }),
  ...(message === "" ? {} : { message }),
  ...(when === "now" ? {} : { when, ...(minutes === null ? {} : { in: `${minutes}m` }) }),
});

export function createApi(fetcher: typeof fetch): Api {
  const kept = new Map<string, Kept>();

  function keep(path: string, tag: string | null, answer: unknown) {
    kept.delete(path);
    if (tag !== null) {
      kept.set(path, { tag, answer });
      const [oldest] = kept.keys();
      if (kept.size > kKeptAnswers && oldest !== undefined) {
        kept.delete(oldest);
      }
    }
  }

  async function call<Answer>(path: string, init: RequestInit = {}, alsoGood: readonly number[] = []) {
    const known = init.method === undefined ? kept.get(path) : undefined;
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), kTimeoutMs);
    try {
      let response: Response;
      try {
        response = await fetcher(path, {
          ...init,
          headers: {
            Accept: "application/json",
            ...(known ? { "If-None-Match": known.tag } : {}),
            ...init.headers,
          },
          credentials: "same-origin",
          cache: "no-store",
          signal: controller.signal,
        });
      } catch {
        throw new ApiFailure(awayProblem(0));
      }
      const asOf = new Date(response.headers.get("date") ?? Date.now()).toISOString();
      if (known && response.status === 304) {
        return { answer: known.answer as Answer, asOf };
      }
      if (!response.ok && !alsoGood.includes(response.status)) {
        throw new ApiFailure(await refusal(response));
      }
      try {
        const answer = (await response.json()) as Answer & { generated_at?: string };
        keep(path, response.headers.get("etag"), answer);
        return { answer: answer as Answer, asOf: answer.generated_at ?? asOf };
      } catch {
        if (controller.signal.aborted) {
          throw new ApiFailure(awayProblem(0));
        }
        throw new ApiFailure({
          title: strings.errors.notJson,
          detail: strings.errors.notJsonDetail,
          code: "",
          status: response.status,
          away: false,
          passing: false,
        });
      }
    } finally {
      clearTimeout(timer);
    }
  }

  const read = async <Answer>(path: string, parameters: Record<string, string | null> = {}) =>
    (await call<Answer>(pathOf(`api/1/${path}`, parameters))).answer;
  const post = async <Answer>(path: string, body: object) =>
    (
      await call<Answer>(`api/1/${path}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      })
    ).answer;

  return {
    whoAmI: () => read<WhoAmI>(""),
    accounts: async () => (await read<{ accounts: { name: string }[] }>("accounts")).accounts.map(({ name }) => name),
    health: async () => {
      const { answer } = await call<Health>("health", {}, [503]);
      return Array.isArray(answer.reasons) ? answer : { status: "failing", reasons: [] };
    },
    sessions: ({ sort, limit, cursor, filter, account }) =>
      call<SessionList>(
        pathOf("api/1/sessions", {
          sort: sortText(sort),
          limit: String(limit),
          cursor,
          ...filter,
          account: orNull(account),
        }),
      ),
    session: (ref) => read<SessionDetails>(`sessions/${encodeURIComponent(ref)}`),
    usage: (account, days) => read<Usage>("usage", { account: orNull(account), ...days }),
    minutes: (account, day) => read<UsageMinutes>("usage/minutes", { account: orNull(account), day }),
    peak: (date, page) => read<UsagePeak>("usage/peak", { date, ...pageParameters(page) }),
    record: async (kind, filter, page) => {
      const none: Pick<RecordList, "sessions" | "entries"> = { sessions: [], entries: [] };
      const answer = await read<Omit<RecordList, "kind">>(kind, { ...filter, ...pageParameters(page) });
      return { ...none, ...answer, kind };
    },
    terminate: (refs, manner) => post<TerminatedRefs>("sessions/terminate", { refs, ...given(manner) }),
    terminateMatching: ({ agent, label, ...filter }, account, expected, manner) =>
      post<TerminatedMany>("sessions/terminate", {
        filter: {
          ...filter,
          ...(agent === undefined ? {} : { agent: orNull(agent) }),
          ...(label === undefined ? {} : { label: orNull(label) }),
          ...(account === "" ? {} : { account }),
        },
        expected,
        ...given(manner),
      }),
    keep: (refs) => post<KeptRefs>("sessions/keep", { refs }),
    erase: ({ agent, account }) => post<Erased>("erase", { agent, ...(account === "" ? {} : { account }) }),
  };
}
