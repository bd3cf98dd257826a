import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Counts, axisSteps, levels, stepPath } from "../plot.js";
import { strings } from "../strings.js";

/** One graph: places from 0 on, each with a count that may be unknown. */
export interface PlotSpec {
  counts: Counts;
  /** Bars for days, a stepped line for the minutes of one day. */
  bars: boolean;
  /** Places whose bar is paler: what is not complete yet. */
  pale: ReadonlySet<number>;
  /** What is owned, at each place. */
  totals: Counts;
  /** Places that are marked with a dot on top. */
  marked: readonly number[];
  /** The text under a place; the places that have one are this far apart, beginning with the first of them. */
  label: (place: number) => string;
  labels: { first: number; apart: number };
  onHover: (place: number | null) => void;
  onChoose: (place: number) => void;
}

const kHeight = 180;
const kTop = 8;
const kRight = 8;
const kBottom = kHeight - 24;
const kMostSteps = 6;
const kDigit = 7;
const kBar = 0.72;
const kWidestBar = 48;

const round = (pixels: number) => Math.round(pixels * 10) / 10;

/** How wide the element is drawn; 0 until it is. */
function useWidth() {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const watcher = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    if (element.current) {
      watcher.observe(element.current);
    }
    return () => watcher.disconnect();
  }, []);
  return { element, width };
}

function drawing({ counts, bars, pale, totals, marked, label, labels }: PlotSpec, width: number) {
  const highest = Math.max(1, ...counts.map((count) => count ?? 0), ...totals.map((total) => total ?? 0));
  const steps = axisSteps(highest, kMostSteps);
  const left = 16 + kDigit * strings.number(steps.at(-1) ?? 0).length;
  const slot = (width - kRight - left) / counts.length;
  const x = (place: number) => round(left + place * slot);
  const y = (count: number) => round(kBottom - (count / (highest * 1.06)) * (kBottom - kTop));
  const bar = Math.min(kBar * slot, kWidestBar);
  const named = counts.map((_, place) => place).filter((place) => place >= labels.first && (place - labels.first) % labels.apart === 0);
  const drawn = (
    <>
      {bars &&
        levels(counts.map((count) => (count === null ? 0 : null))).map(([from, to]) => (
          <rect key={from} class="unmeasured" x={x(from)} y={kTop} width={round(x(to) - x(from))} height={kBottom - kTop} />
        ))}
      {steps.map((step) => (
        <g key={step}>
          <path class="grid" d={`M${left} ${y(step)}H${width - kRight}`} />
          <text class="count" x={left - 8} y={y(step) + 4}>
            {strings.number(step)}
          </text>
        </g>
      ))}
      {named.map((place) => (
        <text key={place} x={x(bars ? place + 0.5 : place)} y={kHeight - 6}>
          {label(place)}
        </text>
      ))}
      {bars ? (
        counts.map(
          (count, place) =>
            count !== null && (
              <rect
                key={place}
                class={pale.has(place) ? "bar pale" : "bar"}
                x={round(x(place + 0.5) - bar / 2)}
                y={y(count)}
                width={round(bar)}
                height={round(kBottom - y(count))}
                rx={Math.min(3, bar / 6)}
              />
            ),
        )
      ) : (
        <>
          <path class="ground" d={stepPath(counts, x, y, kBottom)} />
          <path class="curve" d={stepPath(counts, x, y)} />
        </>
      )}
      <path class="total" d={stepPath(totals, x, y)} />
      {marked.map((place) => (
        <circle key={place} class="mark" cx={x(place + 0.5)} cy={y(counts[place] ?? 0)} r="4" />
      ))}
    </>
  );
  return { left, slot, x, drawn };
}

/** A picture for the pointer; whoever can't use one has the same numbers in a table. */
export function Plot({ spec, place, words }: { spec: PlotSpec; place: number | null; words: string }) {
  const { element, width } = useWidth();
  const { left, slot, x, drawn } = useMemo(() => drawing(spec, width), [spec, width]);
  const placeOf = ({ offsetX }: MouseEvent) =>
    Math.max(0, Math.min(spec.counts.length - 1, Math.floor((offsetX - left) / slot)));
  return (
    <div class="plot" ref={element}>
      {width > 0 && (
        <svg
          width={width}
          height={kHeight}
          role="img"
          aria-label={words}
          onPointerMove={(event) => spec.onHover(placeOf(event))}
          onPointerLeave={() => spec.onHover(null)}
          onClick={(event) => spec.onChoose(placeOf(event))}
        >
          {place !== null && <rect class="aimed" x={x(place)} y={kTop} width={Math.max(1, round(slot))} height={kBottom - kTop} />}
          {drawn}
        </svg>
      )}
    </div>
  );
}
