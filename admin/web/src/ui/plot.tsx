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
  /** Places that were not measured; they have a ground of their own, so that they do not look like zeros. */
  unmeasured: ReadonlySet<number>;
  /** What is owned, at each place. */
  totals: Counts;
  /** Places that are marked with a dot on top. */
  marked: readonly number[];
  /** The text under a place. */
  label: (place: number) => string;
  /** The places that have a text are so many apart, or a multiple of it; counted from the last place or from the first. */
  labels: { apart: number; fromLast: boolean };
  onHover: (place: number | null) => void;
  onChoose: (place: number) => void;
}

const kHeight = 180;
const kTop = 8;
const kRight = 8;
const kBottom = kHeight - 24;
/** The axis ends so much above the highest count. */
const kRoomAbove = 1.06;
const kMostSteps = 6;
/** Room for the axis of counts, a digit of it, and a label of the other. */
const kGap = 16;
const kDigit = 7;
const kLabel = 46;
const kBetweenLabels = 8;
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

/** Where counts and places stand, in pixels. */
interface Scale {
  left: number;
  right: number;
  slot: number;
  steps: number[];
  x: (place: number) => number;
  y: (count: number) => number;
}

function scaleOf({ counts, totals }: PlotSpec, width: number): Scale {
  const highest = Math.max(1, ...counts.map((count) => count ?? 0), ...totals.map((total) => total ?? 0));
  const steps = axisSteps(highest, kMostSteps);
  const left = kGap + kDigit * strings.number(steps.at(-1) ?? 0).length;
  const right = width - kRight;
  const slot = (right - left) / counts.length;
  return {
    left,
    right,
    slot,
    steps,
    x: (place) => round(left + place * slot),
    y: (count) => round(kBottom - (count / (highest * kRoomAbove)) * (kBottom - kTop)),
  };
}

interface PartProperties {
  spec: PlotSpec;
  scale: Scale;
}

function Axes({ spec: { counts, bars, label, labels }, scale: { left, right, slot, steps, x, y } }: PartProperties) {
  const apart = labels.apart * Math.ceil((kLabel + kBetweenLabels) / (labels.apart * slot));
  const last = counts.length - 1;
  const isNamed = (place: number) => (labels.fromLast ? last - place : place) % apart === 0;
  return (
    <>
      {steps.map((step) => (
        <g key={step}>
          <path class="grid" d={`M${left} ${y(step)}H${right}`} />
          <text class="count" x={left - 8} y={y(step) + 4}>
            {strings.number(step)}
          </text>
        </g>
      ))}
      {counts.map(
        (_, place) =>
          isNamed(place) && (
            <text key={place} x={Math.min(x(bars ? place + 0.5 : place), right + kRight - kLabel / 2)} y={kHeight - 6}>
              {label(place)}
            </text>
          ),
      )}
    </>
  );
}

function Unmeasured({ spec: { counts, unmeasured }, scale: { x } }: PartProperties) {
  const flags = counts.map((_, place) => (unmeasured.has(place) ? 0 : null));
  return (
    <>
      {levels(flags).map(([from, to]) => (
        <rect
          key={from}
          class="unmeasured"
          x={x(from)}
          y={kTop}
          width={round(x(to) - x(from))}
          height={kBottom - kTop}
        />
      ))}
    </>
  );
}

function Bars({ spec: { counts, pale }, scale: { slot, x, y } }: PartProperties) {
  const width = Math.min(kBar * slot, kWidestBar);
  return (
    <>
      {counts.map(
        (count, place) =>
          count !== null && (
            <rect
              key={place}
              class={pale.has(place) ? "bar pale" : "bar"}
              x={round(x(place + 0.5) - width / 2)}
              y={y(count)}
              width={round(width)}
              height={round(kBottom - y(count))}
              rx={Math.min(3, width / 6)}
            />
          ),
      )}
    </>
  );
}

const Curve = ({ spec: { counts }, scale: { x, y } }: PartProperties) => (
  <>
    <path class="ground" d={stepPath(counts, x, y, kBottom)} />
    <path class="curve" d={stepPath(counts, x, y)} />
  </>
);

function Drawing({ spec, scale }: PartProperties) {
  const { x, y } = scale;
  return (
    <>
      <Unmeasured spec={spec} scale={scale} />
      <Axes spec={spec} scale={scale} />
      {spec.bars ? <Bars spec={spec} scale={scale} /> : <Curve spec={spec} scale={scale} />}
      <path class="total" d={stepPath(spec.totals, x, y)} />
      {spec.marked.map((place) => (
        <circle key={place} class="mark" cx={x(place + 0.5)} cy={y(spec.counts[place] ?? 0)} r="4" />
      ))}
    </>
  );
}

/** A picture for the pointer; whoever can't use one has the same numbers in a table. */
export function Plot({ spec, place, words }: { spec: PlotSpec; place: number | null; words: string }) {
  const { element, width } = useWidth();
  const scale = useMemo(() => scaleOf(spec, width), [spec, width]);
  const drawing = useMemo(() => <Drawing spec={spec} scale={scale} />, [spec, scale]);
  const placeOf = ({ offsetX }: MouseEvent) =>
    Math.max(0, Math.min(spec.counts.length - 1, Math.floor((offsetX - scale.left) / scale.slot)));
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
          {place !== null && (
            <rect
              class="aimed"
              x={scale.x(place)}
              y={kTop}
              width={Math.max(1, round(scale.slot))}
              height={kBottom - kTop}
            />
          )}
          {drawing}
        </svg>
      )}
    </div>
  );
}
