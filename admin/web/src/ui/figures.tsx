import type { ComponentChildren } from "preact";
import type { Store } from "../store.js";
import { strings } from "../strings.js";
import { Graph } from "./graph.js";

interface FigureProperties {
  id: string;
  name: string;
  value: string | null;
  missing: string;
  meaning: ComponentChildren;
  explained: string;
  children?: ComponentChildren;
}

/** The name can be pointed at or focused, and then says what the number means. */
function Figure({ id, name, value, missing, meaning, explained, children }: FigureProperties) {
  return (
    <div class="figure">
      <dt>
        <span class="term" tabIndex={0} aria-describedby={id}>
          {name}
        </span>
        <span class="tip" role="tooltip" id={id}>
          {explained}
        </span>
      </dt>
      <dd class={value === null ? "value missing" : "value"}>{value ?? missing}</dd>
      {children}
      <dd class="meaning">{meaning}</dd>
    </div>
  );
}

function Bar({ current, total }: { current: number; total: number }) {
  const share = total > 0 ? Math.min(1, current / total) : 1;
  const level = current > total ? "over" : share >= 0.9 ? "near" : "below";
  return (
    <dd class="bar" aria-hidden="true">
      <svg class={level} viewBox="0 0 100 4" preserveAspectRatio="none">
        <rect class="track" width="100" height="4" />
        <rect class="share" width={share * 100} height="4" />
      </svg>
    </dd>
  );
}

export function Figures({ store }: { store: Store }) {
  const text = strings.figures;
  const usage = store.usage.value;
  const unreadable = store.usageProblem.value !== null || usage?.days.length === 0;
  const missing = unreadable ? text.unavailable : text.notMeasured;
  const total = usage?.total ?? null;
  const over = usage !== null && total !== null && usage.current > total;
  const untracked = usage?.untracked ?? 0;
  const decimal = (value: number | null | undefined) => (value == null ? null : text.decimal(value));
  return (
    <section class="figures" aria-label={text.title}>
      <div class="numbers">
        <dl>
          <Figure
            id="current-means"
            name={text.current}
            value={usage ? text.currentOf(usage.current, total) : null}
            missing={store.usageProblem.value ? text.unavailable : "…"}
            meaning={
              <>
                {over && <span class="over-total">{text.overTotal} </span>}
                {usage ? text.agentsInSessions(usage.agents, usage.current) : text.currentMeaning}
              </>
            }
            explained={text.currentExplained}
          >
            {usage && total !== null && <Bar current={usage.current} total={total} />}
          </Figure>
          <Figure
            id="average-means"
            name={text.average}
            value={decimal(usage?.daily_average)}
            missing={missing}
            meaning={text.averageMeaning}
            explained={text.averageExplained}
          />
          <Figure
            id="max-means"
            name={text.max}
            value={decimal(usage?.daily_max)}
            missing={missing}
            meaning={text.maxMeaning}
            explained={text.maxExplained}
          />
        </dl>
        {untracked > 0 && <p class="untracked">{text.untracked(untracked)}</p>}
      </div>
      <Graph store={store} />
    </section>
  );
}
