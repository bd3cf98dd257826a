// Entry of the script: heartbeats, and what follows from their answers.
import { noteActivity, takeActivity } from "./activity";
import type { AgentSessionsClient, EndedSession, LiveSession, NoSession } from "./agent-sessions";
import { hide, show } from "./dialog";
import { forgetEnded, showEnded } from "./ended";
import { closeAll, keepInteractions, kMostAtOnce, openNow, type Opening } from "./interactions";
import { onRefusal, plainFetch } from "./refusals";
import { words } from "./words";

// In this time the pages that were here before say which instances are theirs.
const kSettleSeconds = 0.1;
// Of what the server takes at most, with room for the interactions.
const kMostOfUrl = 2000;

const { src: address, dataset } = document.currentScript as HTMLScriptElement;

let state = "";
let heartbeat = 30;
let pause = 1;
let latest = 0;
let timer: ReturnType<typeof setTimeout>;

function askIn(seconds: number) {
  clearTimeout(timer);
  timer = setTimeout(() => void ask(), seconds * 1000);
}

/** Tells the page of a state that is new. true: it leaves it to us to tell the agent. */
function enter(next: string, detail: EndedSession | LiveSession | NoSession): boolean {
  if (state === next) {
    return false;
  }
  state = next;
  forgetEnded();
  hide();
  return sessions.dispatchEvent(new CustomEvent(next, { detail, cancelable: true }));
}

function stay() {
  noteActivity();
  void ask();
}

function follow(answer: LiveSession | NoSession) {
  ({ heartbeat } = answer);
  if (answer.state === "none") {
    // A session begins with other requests of the page: soon after the first one, or never.
    pause = Math.min(pause * 2, heartbeat);
    enter("none", answer);
    askIn(pause);
    return;
  }
  pause = 1;
  const { idle_in: left, warn } = answer;
  if (left > warn) {
    enter("active", answer);
    askIn(Math.min(heartbeat, left - warn));
    return;
  }
  if (enter("warning", answer)) {
    const end = new Date(Date.now() + left * 1000).toLocaleTimeString();
    show(true, words.idle, [`${words.idleDetail} ${end}.`], "", [{ label: words.stay, press: stay }]);
  }
  askIn(Math.min(heartbeat, left + 1));
}

function followEnd(session: EndedSession) {
  if (enter("ended", session)) {
    showEnded(session, address);
  }
}

/** `refused`: a call of the page was refused, so the session is over even where no answer says more of it. */
async function ask(close: Opening[] = [], refused = false) {
  const number = ++latest;
  const active = takeActivity();
  askIn(heartbeat);
  try {
    const response = await plainFetch(address, { method: "POST", credentials: "include", body: beacon(close, active) });
    const answer = await response.json();
    if (number < latest) {
      return;
    }
    if (response.ok) {
      follow(answer);
      return;
    }
    if (response.headers.get("Agent-Session") === "ended") {
      followEnd(answer);
      return;
    }
  } catch {
    if (active) noteActivity();
  }
  if (refused) followEnd({});
}

function beacon(close: Opening[], active: boolean) {
  const { origin, pathname, search } = location;
  // The way back leads through the gateway, so a page of another origin has none to name.
  const page = new URL(address).origin === origin ? (pathname + search).slice(0, kMostOfUrl) : undefined;
  return JSON.stringify({ open: openNow(), close: close.slice(0, kMostAtOnce), active, page });
}

const change = (closed: Opening[]) => (closed.length > 0 ? void ask(closed) : askIn(kSettleSeconds));

const sessions = Object.assign(new EventTarget(), {
  open: keepInteractions(change),
  close: () => change(closeAll()),
  stay,
  words,
}) as AgentSessionsClient;
globalThis.AgentSessions = sessions;

// A page that polls on is not asked about at each poll.
onRefusal(() => state === "ended" || ask([], true));

addEventListener("pagehide", () => {
  clearTimeout(timer);
  const close = openNow();
  if (close.length > 0) {
    navigator.sendBeacon(address, JSON.stringify({ close, active: takeActivity() }));
  }
});
// Kept for Back and Forward, and shown again.
addEventListener("pageshow", ({ persisted }) => persisted && askIn(kSettleSeconds));
document.addEventListener("visibilitychange", () => document.hidden || askIn(kSettleSeconds));
addEventListener("online", () => askIn(kSettleSeconds));

askIn(kSettleSeconds);
if (dataset.interaction) {
  sessions.open(dataset.interaction, dataset.instance);
}
