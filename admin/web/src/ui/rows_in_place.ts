import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/**
 * Holds the rows where they are in the window, whatever comes and goes above them, and the one that is aimed at whatever
 * others grow above it; the result lets them go again.
 */
function holdInPlace(rows: HTMLElement): () => void {
  const above = document.querySelector<HTMLElement>(".above");
  const page = document.documentElement;
  let aimed: HTMLElement = rows;
  let index = 0;
  let top = 0;
  const indexOf = (row: HTMLElement) => [...rows.children].indexOf(row);
  const topOf = () => aimed.getBoundingClientRect().top + scrollY;
  const aimAt = (target: EventTarget | null) => {
    aimed = (target instanceof Element && target.closest<HTMLElement>("tr")) || rows;
    index = indexOf(aimed);
    top = topOf();
  };
  const moveBack = () => {
    if (indexOf(aimed) !== index) {
      aimAt(rows); // Another list has taken its place.
      return false;
    }
    const moved = topOf() - top;
    top += moved;
    if (moved !== 0) {
      // A short page has to become longer before it can be scrolled.
      document.body.style.minHeight = `${scrollY + moved + innerHeight}px`;
      scrollBy(0, moved);
    }
    return moved !== 0;
  };
  const follow = ({ target }: Event) => {
    // What grew above may have moved another row under the pointer before the watcher was told.
    if (!moveBack()) {
      aimAt(target);
    }
  };
  const watcher = new ResizeObserver(moveBack);
  aimAt(rows.querySelector("tr:hover, tr:focus-within"));
  page.style.overflowAnchor = "none"; // Browsers that do the same by themselves would do it twice.
  for (const part of [document.querySelector("header"), above, rows.closest("table")]) {
    if (part) {
      watcher.observe(part);
    }
  }
  rows.addEventListener("pointerover", follow);
  rows.addEventListener("focusin", follow);
  if (above) {
    above.style.minHeight = `${above.offsetHeight}px`; // What goes leaves its room, since at its top a page can't be scrolled up.
  }
  return () => {
    watcher.disconnect();
    rows.removeEventListener("pointerover", follow);
    rows.removeEventListener("focusin", follow);
    for (const { style } of [page, document.body, ...(above ? [above] : [])]) {
      style.overflowAnchor = "";
      style.minHeight = "";
    }
  };
}

/** Gives a function that says whether somebody aims at the rows, which stay in place as long as that is so. */
export function useRowsInPlace(rows: RefObject<HTMLElement>): (aiming: boolean) => void {
  const letGo = useRef<(() => void) | null>(null);
  const aim = (aiming: boolean) => {
    if (aiming && !letGo.current && rows.current) {
      letGo.current = holdInPlace(rows.current);
    } else if (!aiming) {
      letGo.current?.();
      letGo.current = null;
    }
  };
  useEffect(() => () => aim(false), []);
  return aim;
}
