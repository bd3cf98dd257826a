// The message to an agent whose session was closed.
import type { EndedSession } from "./agent-sessions";
import { show } from "./dialog";
import { plainFetch } from "./refusals";
import { words } from "./words";

let shown: EndedSession | undefined;
let reactivation: URL | undefined;

/** By the link's own GET; where the page is of another origin, behind its back. */
async function reactivate() {
  if (reactivation?.origin === location.origin) {
    reactivation.hash = location.hash;
    location.replace(reactivation);
    return;
  }
  if (reactivation) {
    await plainFetch(reactivation, { credentials: "include", mode: "no-cors" });
  }
  location.reload();
}

function tell(over: boolean) {
  const { title = words.title, detail = words.detail, message } = shown!;
  const buttons = [{ label: words.reactivate, press: reactivate }];
  if (over) {
    buttons.push({ label: words.show, press: async () => tell(false) });
    show(true, title, message ? [detail, words.left] : [detail], message ?? "", buttons);
  } else {
    show(false, title, [], "", buttons);
  }
}

// What the agent typed would be lost where a form or a link leads to the message.
function hold(event: Event) {
  const leads = event.type === "submit" || event.composedPath().some((node) => (node as Element).tagName === "A");
  if (shown && leads) {
    event.preventDefault();
    event.stopImmediatePropagation();
    tell(true);
  }
}
addEventListener("submit", hold, true);
addEventListener("click", hold, true);

export function showEnded(session: EndedSession, address: string) {
  shown = session;
  reactivation = session.reactivate ? new URL(session.reactivate, address) : undefined;
  tell(true);
}

/** The agent has a session again. */
export function forgetEnded() {
  shown = undefined;
}
