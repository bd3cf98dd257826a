import type { Store } from "../store.js";
import { strings } from "../strings.js";

interface KeepProperties {
  store: Store;
  label: string;
  hint: string;
  keep: () => Promise<void>;
}

/** Lets ending sessions go on. Absent where the asker may not. */
export const KeepButton = ({ store, label, hint, keep }: KeepProperties) =>
  store.mayTerminate.value ? (
    <button type="button" title={hint} disabled={store.keeping.value} onClick={() => void keep()}>
      {label}
    </button>
  ) : null;

/** The same for what is selected. */
export function KeepSelected({ store }: { store: Store }) {
  const all = store.allMatching.value;
  const ticked = store.tickedEnding.value;
  if (all) {
    const some = store.list.value?.sessions.some(({ ending }) => ending !== null);
    return some ? (
      <KeepButton
        store={store}
        label={strings.keepMatching}
        hint={strings.keepMatchingHint}
        keep={() => store.keepMatching(all)}
      />
    ) : null;
  }
  return ticked.length > 0 ? (
    <KeepButton
      store={store}
      label={strings.keepTicked(ticked.length)}
      hint={strings.keepHint(ticked.length)}
      keep={() => store.keep(ticked)}
    />
  ) : null;
}
