// The page's only way to the server: the public API, by URLs relative to the page.

import { strings } from "./strings.js";
import type { ListQuery, Session, SessionList, TerminateAnswer, Usage, WhoAmI } from "./types.js";

const kTimeoutMs = 20_000;

export interface Problem {
  title: string;
  detail: string;
  code: string;
  status: number;
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

export interface Api {
  whoAmI(): Promise<WhoAmI>;
  /** The names of the accounts in the caller's scope. */
  accounts(): Promise<string[]>;
  sessions(query: ListQuery): Promise<SessionList>;
  session(ref: string): Promise<Session>;
  usage(account: string): Promise<Usage>;
  terminate(refs: string[], reason: string, message: string): Promise<TerminateAnswer>;
}

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

export function createApi(fetcher: typeof fetch): Api {
  async function call<Answer>(path: string, init: RequestInit = {}): Promise<Answer> {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), kTimeoutMs);
    try {
      let response: Response;
      try {
        response = await fetcher(`api/1/${path}`, {
          ...init,
          headers: { Accept: "application/json", ...init.headers },
          credentials: "same-origin",
          cache: "no-store",
          signal: controller.signal,
        });
      } catch {
        throw new ApiFailure(awayProblem(0));
      }
      if (!response.ok) {
        throw new ApiFailure(await refusal(response));
      }
      try {
        return (await response.json()) as Answer;
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

  return {
    whoAmI: () => call<WhoAmI>(""),
    accounts: async () => (await call<{ accounts: { name: string }[] }>("accounts")).accounts.map(({ name }) => name),
    sessions: ({ sort, limit, cursor, search, account }) => {
      const parameters = new URLSearchParams({
        sort: `${sort.descending ? "-" : ""}${sort.key}`,
        limit: String(limit),
      });
      if (cursor !== null) {
        parameters.set("cursor", cursor);
      }
      if (search !== "") {
        parameters.set("q", search);
      }
      if (account !== "") {
        parameters.set("account", account);
      }
      return call<SessionList>(`sessions?${parameters}`);
    },
    session: (ref) => call<Session>(`sessions/${encodeURIComponent(ref)}`),
    usage: (account) => call<Usage>(account === "" ? "usage" : `usage?${new URLSearchParams({ account })}`),
    terminate: (refs, reason, message) =>
      call<TerminateAnswer>("sessions/terminate", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({
          refs,
          ...(reason === "" ? {} : { reason }),
          ...(message === "" ? {} : { message }),
        }),
      }),
  };
}
