// What the script gives to the pages that include it.

/** One opening of a named flow. It is closed with its page at the latest. */
export interface Interaction {
  readonly name: string;
  /** Tells this opening from others of the same name, in this tab or elsewhere. */
  readonly instance: string;
  rename(name: string): void;
  close(): void;
}

/** An ended session, as every refused script call is told of it (RFC 9457). Empty where the answer got lost. */
export interface EndedSession {
  title?: string;
  detail?: string;
  reason?: "administrator" | "replaced" | "limit";
  /** The admin's own words. */
  message?: string | null;
  /** Where the agent goes on; one use. */
  reactivate?: string;
}

/** What an admin has asked for: that the session ends as soon as the agent has finished. */
export interface Ending {
  /** Seconds until it ends whatever is still open; null = it waits for as long as it takes. */
  in: number | null;
  /** The admin's own words. */
  message: string | null;
}

export interface LiveSession {
  state: "active";
  /** Seconds until the session runs out unless the agent is active. */
  idle_in: number;
  /** Seconds until it runs out whatever the agent does. */
  ends_in: number;
  /** Absent unless the session ends as soon as the agent has finished. */
  ending?: Ending;
  /** Seconds between two heartbeats. */
  heartbeat: number;
  /** Seconds before it runs out idle at which the agent is warned; 0 = never. */
  warn: number;
}

export interface NoSession {
  state: "none";
  heartbeat: number;
  warn: number;
}

/** Every word of the script's own; replace any of them, for another language say. */
export interface Words {
  title: string;
  detail: string;
  left: string;
  reactivate: string;
  show: string;
  idle: string;
  idleDetail: string;
  stay: string;
  ending: string;
  endingDetail: string;
  endingUntil: string;
  hide: string;
}

interface Events {
  /** The session was closed. preventDefault() keeps the message away: the page then tells its agent itself. */
  ended: CustomEvent<EndedSession>;
  /** It ends when the agent has finished. Told again where words or time change. preventDefault() keeps the notice away. */
  ending: CustomEvent<Ending>;
  /** It runs out soon. preventDefault() keeps the question away. */
  warning: CustomEvent<LiveSession>;
  /** There is one, and nothing is to be said of it. Told when that was not so before. */
  active: CustomEvent<LiveSession>;
  /** There is none: it ran out, was logged out, or has not begun. */
  none: CustomEvent<NoSession>;
}

export interface AgentSessionsClient extends EventTarget {
  /** Without an `instance` each call is an opening of its own. */
  open(name: string, instance?: string): Interaction;
  /** Closes every interaction of this page. */
  close(): void;
  /** The agent is here: keeps the session from running out. */
  stay(): void;
  words: Words;
  addEventListener<Name extends keyof Events>(
    type: Name,
    listener: ((event: Events[Name]) => void) | null,
    options?: AddEventListenerOptions | boolean,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: AddEventListenerOptions | boolean,
  ): void;
}

declare global {
  var AgentSessions: AgentSessionsClient;
}
