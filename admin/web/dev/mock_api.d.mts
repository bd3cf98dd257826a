import type { Role, Session } from "../src/types.js";

export interface MockState {
  sessions: Session[];
  user: string;
  role: Role;
  accounts: string[];
  write: boolean;
  total: number | null;
  time_zone: string;
  untracked: number;
  durable: boolean;
  usage: Record<string, unknown>;
  health: string[];
  now: () => string;
  terminations: Record<string, unknown>[];
  keeps: Record<string, unknown>[];
  gone: Set<string>;
}

export function newState(changes?: Partial<MockState>): MockState;
export function answer(
  state: MockState,
  method: string,
  path: string,
  parameters: URLSearchParams,
  body: unknown,
): { status: number; body: unknown };
