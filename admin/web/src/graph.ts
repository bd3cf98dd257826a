// Draws a graph of counts with uPlot. A file of its own, loaded after the list.

import uPlot from "uplot";

/** One graph: places from 0 on, each with a value that may be unknown. */
export interface GraphSpec {
  values: readonly (number | null)[];
  /** Bars for days, a stepped line for the minutes of one day. */
  bars: boolean;
  /** Places whose bar is paler: what is not complete yet. */
  pale: readonly boolean[];
  /** What is owned, at each place. */
  totals: readonly (number | null)[];
  /** Places that are marked with a dot on top. */
  marked: readonly boolean[];
  /** The text under a place; the places that have one are this far apart, beginning with the first of them. */
  label: (place: number) => string;
  labels: { first: number; apart: number };
  onHover: (place: number | null) => void;
  onChoose: (place: number) => void;
}

export interface Drawn {
  destroy(): void;
}

const kHeight = 180;
const kSteps = [1, 2, 5].flatMap((digit) => [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000].map((unit) => digit * unit));
const font = "12px system-ui, sans-serif";

export function draw(target: HTMLElement, spec: GraphSpec): Drawn {
  const style = getComputedStyle(target);
  const color = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const accent = color("accent");
  const last = spec.values.length - 1;
  const highest = Math.max(1, ...spec.values.map((value) => value ?? 0), ...spec.totals.map((total) => total ?? 0));
  const fills = spec.values.map((_, place) => (spec.pale[place] ? `${accent}55` : `${accent}c0`));
  const number = new Intl.NumberFormat(document.documentElement.lang);

  const axis = { stroke: color("quiet"), font, grid: { stroke: color("line"), width: 1 }, ticks: { show: false } };
  const steps = uPlot.paths.stepped?.({ align: 1 });
  const bars = uPlot.paths.bars?.({
    size: [0.72, 48],
    radius: 0.15,
    disp: { fill: { unit: 3, values: () => fills }, stroke: { unit: 3, values: () => fills } },
  });

  const graph = new uPlot(
    {
      width: Math.max(200, target.clientWidth),
      height: kHeight,
      padding: [8, 8, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
      scales: {
        x: { time: false, range: () => (spec.bars ? [-0.5, last + 0.5] : [0, last + 1]) },
        y: { range: () => [0, highest * 1.08] },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: 24,
          splits: () => {
            const places = [];
            for (let place = spec.labels.first; place <= last; place += spec.labels.apart) {
              places.push(place);
            }
            return places;
          },
          values: (_, places) => places.map(spec.label),
        },
        { ...axis, size: 52, incrs: kSteps, space: 26, values: (_, counts) => counts.map((count) => number.format(count)) },
      ],
      series: [
        {},
        {
          stroke: accent,
          width: spec.bars ? 0 : 1.5,
          fill: spec.bars ? accent : `${accent}30`,
          points: { show: false },
          ...(spec.bars ? (bars ? { paths: bars } : {}) : steps ? { paths: steps } : {}),
        },
        {
          stroke: color("danger"),
          width: 1.5,
          dash: [6, 4],
          points: { show: false },
          ...(steps ? { paths: steps } : {}),
        },
        {
          stroke: color("danger"),
          paths: () => null,
          points: { show: true, size: 8, fill: color("surface"), width: 2 },
        },
      ],
      hooks: {
        drawClear: [
          // What was not measured has a ground of its own, so that it does not look like a day without sessions.
          ({ ctx, bbox, valToPos }) => {
            ctx.fillStyle = color("raised");
            spec.values.forEach((value, place) => {
              if (value === null && spec.bars) {
                const left = valToPos(place - 0.5, "x", true);
                ctx.fillRect(left, bbox.top, valToPos(place + 0.5, "x", true) - left, bbox.height);
              }
            });
          },
        ],
        setCursor: [({ cursor }) => spec.onHover(cursor.idx ?? null)],
      },
    },
    [
      spec.values.map((_, place) => place),
      [...spec.values],
      [...spec.totals],
      spec.values.map((value, place) => (spec.marked[place] ? value : null)),
    ],
    target,
  );
  graph.over.addEventListener("click", () => {
    if (typeof graph.cursor.idx === "number") {
      spec.onChoose(graph.cursor.idx);
    }
  });
  const watcher = new ResizeObserver(() => {
    if (target.clientWidth > 0) {
      graph.setSize({ width: target.clientWidth, height: kHeight });
    }
  });
  watcher.observe(target);
  return {
    destroy: () => {
      watcher.disconnect();
      graph.destroy();
    },
  };
}
