// The mock API behind the page's own client, without a network.

import { type MockState, answer, newState } from "../dev/mock_api.mjs";
import { type Api, createApi } from "../src/api.js";
import { type Store, createStore } from "../src/store.js";

export interface Request {
  method: string;
  path: string;
  parameters: URLSearchParams;
}

export interface Mock {
  state: MockState;
  requests: Request[];
  api: Api;
  store: Store;
  /** Set: what the next answers wait for. */
  gate: { wait: Promise<void> | null };
  /** Set: given instead of the mock's answer; an Error stands for no answer at all. */
  instead: { answer: Response | Error | null };
}

export function mockPage(changes: Partial<MockState> = {}): Mock {
  const state = newState(changes);
  const requests: Request[] = [];
  const gate: Mock["gate"] = { wait: null };
  const instead: Mock["instead"] = { answer: null };
  const fetcher = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const url = new URL(String(input), "http://page.test/ops/");
    const request = {
      method: init?.method ?? "GET",
      path: url.pathname.replace("/ops/api/1/", "").replace("/ops/health", "../../health"),
      parameters: url.searchParams,
    };
    requests.push(request);
    if (gate.wait) {
      await gate.wait;
    }
    if (instead.answer instanceof Error) {
      throw instead.answer;
    }
    if (instead.answer) {
      return instead.answer.clone();
    }
    const body: unknown = init?.body ? JSON.parse(String(init.body)) : undefined;
    const { status, body: content } = answer(state, request.method, request.path, request.parameters, body);
    return new Response(JSON.stringify(content), {
      status,
      headers: { "Content-Type": status < 400 ? "application/json" : "application/problem+json" },
    });
  };
  const api = createApi(fetcher);
  return { state, requests, api, store: createStore(api), gate, instead };
}
