// One dialog over the page, whatever the page is: in the browser's top layer, which also keeps the focus in it, and in a
// shadow root, where the page's styles don't reach. Nothing here needs an inline style or script to be allowed.

export interface Button {
  label: string;
  press(): void;
}

const host = document.createElement("agent-session-message");
const dialog = document.createElement("dialog");
let modal = false;

host.style.cssText = "all:initial!important";
host.attachShadow({ mode: "open" }).append(dialog);
dialog.setAttribute("role", "alertdialog");
dialog.setAttribute("aria-labelledby", "title");
dialog.setAttribute("aria-describedby", "text");
dialog.addEventListener("cancel", (event) => event.preventDefault());
// Browsers close it at a second Escape all the same.
dialog.addEventListener("close", () => modal && dialog.showModal());

function element(name: string, style: string, text: string) {
  const made = document.createElement(name);
  made.style.cssText = style;
  made.textContent = text;
  return made;
}

const look = "color-scheme:light dark;font:16px/1.5 system-ui;border:1px solid;padding:1.5em;max-width:32em;";

/** Over all of the page, or in its lower corner, where it leaves the page to the agent. */
export function show(over: boolean, title: string, texts: string[], quote: string, buttons: Button[]) {
  hide();
  const text = element("div", "white-space:pre-line;overflow-wrap:anywhere", texts.join("\n"));
  text.id = "text";
  const heading = element("b", "font-size:1.3em", title);
  heading.id = "title";
  dialog.replaceChildren(heading, text);
  if (quote) {
    const words = element("blockquote", "margin:1em 0;padding-left:1em;border-left:4px solid", quote);
    words.dir = "auto";
    text.append(words);
  }
  for (const { label, press } of buttons) {
    const button = element("button", "font:inherit;margin:1em 1em 0 0;padding:.4em 1em", label);
    button.onclick = press;
    dialog.append(button);
  }
  // Beside the body, which applications replace.
  document.documentElement.append(host);
  if (over) {
    dialog.style.cssText = look + "border-radius:8px;box-shadow:0 0 0 200vmax rgba(0,0,0,.6)";
    dialog.showModal();
  } else {
    dialog.style.cssText =
      look +
      "max-width:min(24em,100vw - 5em);padding:1em;font-size:14px;position:fixed;inset:auto 1em 1em auto;margin:0;z-index:2147483647";
    // show() would take the focus away from what is to be copied.
    dialog.open = true;
  }
  modal = over;
}

export function hide() {
  modal = false;
  if (dialog.open) dialog.close();
  host.remove();
}
