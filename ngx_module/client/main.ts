// Entry of the script: heartbeats, and what follows from their answers.
import { noteActivity, takeActivity } from "./activity";
import type { AgentSessionsClient, EndedSession, Ending, LiveSession, NoSession } from "./agent-sessions";
import { hide, show } from "./dialog";
import { forgetEnded, showEnded } from "./ended";
import { isNews, showEnding } from "./ending";
import { closeAll, keepInteractions, openNow, type Opening } from "./interactions";
import { onLoss, onRefusal, plainFetch } from "./refusals";
import { timeIn, words } from "./words";

// In this time the pages that were here before say which instances are theirs.
const kSettleSeconds = 0.1;
// A page that goes on with what another one had open says so before the server gives that up.
const kEndingSeconds = 5;
// Of what the server takes at most, with room for the interactions.
const kMostOfUrl = 2000;

const { src: address, dataset } = document.currentScript as HTMLScriptElement;

let state = "";
let heartbeat = 30;
let pause = 1;
let latest = 0;
let timer: ReturnType<typeof setTimeout>;
let soon = false;

/** Nothing puts off what is to be asked soon: no answer that was under way, and nobody who wants that again and again. */
function askIn(seconds: number) {
  if (!soon) {
    clearTimeout(timer);
    timer = setTimeout(() => void ask(), seconds * 1000);
    soon = seconds === kSettleSeconds;
  }
}

/** Tells the page of a state that is new. true: it leaves it to us to tell the agent. */
function enter(next: string, detail: EndedSession | Ending | LiveSession | NoSession): boolean {
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

function followEnding(ending: Ending) {
  if (isNews(ending)) {
    state = "";
  }
  if (enter("ending", ending)) {
    showEnding(ending);
  }
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
  const { idle_in: left, warn, ending } = answer;
  if (left > warn) {
    if (ending) followEnding(ending);
    else enter("active", answer);
    askIn(Math.min(ending ? kEndingSeconds : heartbeat, heartbeat, left - warn, (ending?.in ?? heartbeat) + 1));
    return;
  }
  if (enter("warning", answer)) {
    show(true, words.idle, [`${words.idleDetail} ${timeIn(left)}.`], "", [
      { label: words.stay, press: stay },
    ]);
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
  soon = false;
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
  return JSON.stringify({ open: openNow(), close, active, page });
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
// Nor is one that connects again and again.
onLoss(() => state === "ended" || askIn(kSettleSeconds));

addEventListener("pagehide", () => {
  clearTimeout(timer);
  soon = false;
  const close = openNow();
  if (close.length > 0) {
    navigator.sendBeacon(address, JSON.stringify({ close, left: true, active: takeActivity() }));
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
