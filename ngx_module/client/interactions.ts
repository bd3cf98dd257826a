// The interactions that are open in this page.
import type { Interaction } from "./agent-sessions";

export type Opening = { name: string; instance: string };
type Question = { instance: string; at: number; taken?: boolean };

// The server takes no more at once, names no more of a session, and cuts longer names.
export const kMostAtOnce = 64;
const kLongestName = 128;

const openings = new Map<Opening, number>();
let channel: BroadcastChannel | undefined;

// Where getRandomValues() is there also without TLS, randomUUID() is not.
const freshInstance = () => crypto.getRandomValues(new Uint32Array(3)).join("");

const cut = (text: string) => `${text}`.slice(0, kLongestName);

export const openNow = (): Opening[] => [...openings.keys()].slice(0, kMostAtOnce);

/**
 * `changed` is told of what was closed, and whenever the server has something to learn.
 *
 * A duplicated tab brings the instance of the tab that it is a copy of. Whoever had it first keeps it; the other one
 * gets an instance of its own.
 */
export function keepInteractions(changed: (closed: Opening[]) => void) {
  const listen = () => {
    channel = new BroadcastChannel("agent-sessions");
    channel.onmessage = ({ data }: MessageEvent<Question>) => {
      for (const [opening, at] of openings) {
        if (opening.instance !== data.instance) {
          continue;
        }
        if (data.taken && data.at === at) {
          opening.instance = freshInstance();
          changed([]);
        } else if (!data.taken && at < data.at) {
          channel!.postMessage({ ...data, taken: true });
        }
      }
    };
  };
  listen();
  // A page that listens may not be kept for Back and Forward.
  addEventListener("pagehide", () => channel!.close());
  addEventListener("pageshow", ({ persisted }) => persisted && listen());

  return function open(name: string, instance?: string): Interaction {
    if (!name) {
      throw new TypeError("No name");
    }
    const opening = { name: cut(name), instance: cut(instance || freshInstance()) };
    const at = Date.now();
    openings.set(opening, at);
    channel!.postMessage({ instance: opening.instance, at });
    changed([]);
    return {
      get name() {
        return opening.name;
      },
      get instance() {
        return opening.instance;
      },
      rename(name) {
        opening.name = cut(name) || opening.name;
        changed([]);
      },
      close() {
        if (openings.delete(opening)) {
          changed([opening]);
        }
      },
    };
  };
}

export function closeAll(): Opening[] {
  const closed = openNow();
  for (const opening of closed) {
    openings.delete(opening);
  }
  return closed;
}
