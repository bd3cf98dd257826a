// Notices the header "Agent-Session: ended" on any answer that the page's own scripts get, and the loss of a connection
// that the page keeps: the server cuts those of an ended session.

/** The page's fetch as it was before. */
export const plainFetch = fetch.bind(globalThis);

export function onRefusal(notice: () => void) {
  globalThis.fetch = (...call) => {
    const answer = plainFetch(...call);
    answer.then(
      ({ headers }) => headers.get("Agent-Session") === "ended" && notice(),
      () => {},
    );
    return answer;
  };

  const { send } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.send = function (body) {
    // To ask for a header that another origin hides would be complained about on the console.
    this.addEventListener("loadend", () => /^agent-session: ended/im.test(this.getAllResponseHeaders()) && notice());
    send.call(this, body);
  };
}

/** `notice` is told of each websocket that closes and each event stream that breaks, whyever it does. */
export function onLoss(notice: () => void) {
  globalThis.WebSocket = class extends WebSocket {
    constructor(...call: ConstructorParameters<typeof WebSocket>) {
      super(...call);
      this.addEventListener("close", notice);
    }
  };
  globalThis.EventSource = class extends EventSource {
    constructor(...call: ConstructorParameters<typeof EventSource>) {
      super(...call);
      this.addEventListener("error", notice);
    }
  };
}
