import type { Store } from "../store.js";
import { strings } from "../strings.js";

const kNear = 0.9;

/** What an admin has to know before anything else: the limit, and what is broken. */
export function Banners({ store }: { store: Store }) {
  const text = strings.banners;
  const usage = store.usage.value;
  const health = store.health.value;
  const words: string[] = [];
  if (health?.status === "failing") {
    const known: Readonly<Record<string, string>> = text.health;
    const reasons = health.reasons.map((reason) => known[reason] ?? text.other);
    words.push(...new Set(reasons.length > 0 ? reasons : [text.other]));
  }
  if (usage && usage.total !== null && usage.current > usage.total) {
    words.push(text.over(usage.current, usage.total));
  } else if (usage && usage.total !== null && usage.total > 0 && usage.current >= kNear * usage.total) {
    words.push(text.near(usage.current, usage.total));
  }
  return (
    <div aria-live="polite">
      {words.map((sentence) => (
        <p key={sentence} class="banner">
          {sentence}
        </p>
      ))}
    </div>
  );
}
