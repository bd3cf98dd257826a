// Whether the agent did anything since the last time that somebody asked.

let active = false;

for (const type of ["pointerdown", "keydown", "input", "wheel", "touchmove"]) {
  // A script's own events are nobody's activity.
  addEventListener(type, (event) => (active ||= event.isTrusted), { capture: true, passive: true });
}

export function takeActivity(): boolean {
  const taken = active;
  active = false;
  return taken;
}

export function noteActivity() {
  active = true;
}
