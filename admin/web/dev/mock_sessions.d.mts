import type { Session } from "../src/types.js";

export function inventSession(index: number, changes?: Partial<Session>): Session;
export function inventSessions(count: number, changes?: Partial<Session>): Session[];
