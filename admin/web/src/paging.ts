// The pages of a list that the server hands out by cursors, each with the cursor of the next. No DOM here.

import { signal } from "@preact/signals";

export const kPageSize = 100;

export type Paging = ReturnType<typeof createPaging>;

/** `next` gives the cursor of the page after the one that is shown, if there is one; `load` asks for the chosen page. */
export function createPaging(next: () => string | null | undefined, load: () => Promise<void>) {
  /** The cursors of the pages up to the chosen one; the first page has none. */
  const cursors = signal<readonly string[]>([]);

  const backOnePage = () => {
    cursors.value = cursors.value.slice(0, -1);
  };

  return {
    cursors,
    cursor: () => cursors.value.at(-1) ?? null,
    isFirstPage: () => cursors.value.length === 0,
    toFirstPage: () => {
      cursors.value = [];
    },
    backOnePage,
    nextPage: () => {
      const following = next();
      if (!following) {
        return Promise.resolve();
      }
      cursors.value = [...cursors.value, following];
      return load();
    },
    previousPage: () => {
      backOnePage();
      return load();
    },
  };
}
