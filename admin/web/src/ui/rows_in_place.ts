import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** Holds the element where it is in the window, whatever comes and goes above it; the result lets it go again. */
function holdInPlace(element: HTMLElement): () => void {
  const above = document.querySelector<HTMLElement>(".above");
  const page = document.documentElement;
  const topOf = () => element.getBoundingClientRect().top + scrollY;
  let top = topOf();
  const watcher = new ResizeObserver(() => {
    const moved = topOf() - top;
    top += moved;
    if (moved !== 0) {
      // A short page has to become longer before it can be scrolled.
      document.body.style.minHeight = `${scrollY + moved + innerHeight}px`;
      scrollBy(0, moved);
    }
  });
  page.style.overflowAnchor = "none"; // Browsers that do the same by themselves would do it twice.
  for (const part of [document.querySelector("header"), above]) {
    if (part) {
      watcher.observe(part);
    }
  }
  if (above) {
    above.style.minHeight = `${above.offsetHeight}px`; // What goes leaves its room, since at its top a page can't be scrolled up.
  }
  return () => {
    watcher.disconnect();
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
