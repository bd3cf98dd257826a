import { useEffect, useRef, useState } from "preact/hooks";
import { csvOf } from "../api.js";
import type { Drawn, GraphSpec } from "../graph.js";
import type { Store } from "../store.js";
import { strings } from "../strings.js";
import { monthsUpTo, zonedTime } from "../times.js";
import type { Day, Usage, UsageMinutes } from "../types.js";

const kMonths = 13;
const kMinutesOfAnHour = 60;

const dayName = new Intl.DateTimeFormat(strings.locale, { timeZone: "UTC", weekday: "short", day: "numeric", month: "short" });
const shortDay = new Intl.DateTimeFormat(strings.locale, { timeZone: "UTC", day: "numeric", month: "short" });
const monthName = new Intl.DateTimeFormat(strings.locale, { timeZone: "UTC", month: "long", year: "numeric" });
const named = (format: Intl.DateTimeFormat, date: string) => format.format(new Date(`${date}T00:00:00Z`));

const clock = (instant: string | null, zone: string) =>
  instant === null ? null : (zonedTime(instant, zone)?.time.slice(0, 5) ?? null);

const wordsOf = (day: Day, zone: string) =>
  strings.graph.ofDay(day.max, day.total, clock(day.max_at, zone), day.refused);

type Hover = (place: number | null) => void;

function daysSpec(days: readonly Day[], onHover: Hover, store: Store): GraphSpec {
  const apart = Math.max(1, Math.ceil(days.length / 6));
  return {
    values: days.map(({ max }) => max),
    bars: true,
    pale: days.map(({ complete }) => !complete),
    totals: days.map(({ total }) => total),
    marked: days.map(({ refused }) => refused > 0),
    label: (place) => named(shortDay, days[place]?.date ?? ""),
    labels: { first: (days.length - 1) % apart, apart },
    onHover,
    onChoose: (place) => void store.chooseDay(days[place]?.date ?? ""),
  };
}

const instantAt = ({ start, step }: UsageMinutes, place: number) =>
  new Date(Date.parse(start) + place * step * 1000).toISOString();

function minutesSpec(minutes: UsageMinutes, onHover: Hover, store: Store): GraphSpec {
  const peak = Math.max(...minutes.max.map((value) => value ?? -1));
  const peakAt = minutes.max.indexOf(peak);
  const apart = (3 * kMinutesOfAnHour * 60) / minutes.step;
  return {
    values: minutes.max,
    bars: false,
    pale: [],
    totals: minutes.max.map(() => minutes.total),
    marked: minutes.max.map((_, place) => place === peakAt && peak > 0),
    label: (place) => clock(instantAt(minutes, place), minutes.time_zone) ?? "",
    labels: { first: 0, apart },
    onHover,
    onChoose: () => void store.openPeak(minutes.day),
  };
}

/** What is drawn; the drawing itself comes later, and can do without. */
function Canvas({ spec, words }: { spec: GraphSpec; words: string }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let drawn: Drawn | null = null;
    let left = false;
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const redraw = async () => {
      const { draw } = await import("../graph.js");
      if (!left && place.current) {
        drawn?.destroy();
        drawn = draw(place.current, spec);
      }
    };
    const drawAgain = () => void redraw().catch(() => {}); // The table says the same.
    drawAgain();
    scheme.addEventListener("change", drawAgain);
    return () => {
      left = true;
      scheme.removeEventListener("change", drawAgain);
      drawn?.destroy();
    };
  }, [spec]);
  return <div class="canvas" ref={place} role="img" aria-label={words} />;
}

function DaysTable({ days, zone, store }: { days: readonly Day[]; zone: string; store: Store }) {
  const text = strings.graph;
  return (
    <div class="days" role="region" aria-label={text.title} tabIndex={0}>
      <table>
        <caption class="unseen">{text.title}</caption>
        <thead>
          <tr>
            {[text.day, text.max, text.at, text.total, text.refused, text.agents].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
            <th scope="col">
              <span class="unseen">{text.whoWasIn}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {[...days].reverse().map((day) => (
            <tr key={day.date}>
              <th scope="row">
                <button type="button" class="link" onClick={() => void store.chooseDay(day.date)}>
                  {named(dayName, day.date)}
                </button>
                {!day.complete && <span class="quiet"> {text.partly}</span>}
              </th>
              <td>{day.max === null ? text.notMeasured : strings.number(day.max)}</td>
              <td>{clock(day.max_at, zone)}</td>
              <td>{day.total !== null && strings.number(day.total)}</td>
              <td>{strings.number(day.refused)}</td>
              <td>{day.agents !== null && strings.number(day.agents)}</td>
              <td>
                {day.max !== null && day.max > 0 && (
                  <button
                    type="button"
                    class="link"
                    onClick={() => void store.openPeak(day.date)}
                  >
                    {text.whoWasIn}
                    <span class="unseen"> {named(dayName, day.date)}</span>
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Span({ store, today }: { store: Store; today: string }) {
  const text = strings.graph;
  return (
    <label>
      <span class="unseen">{text.span}</span>
      <select
        value={store.view.value.month}
        onChange={(event) => void store.chooseMonth(event.currentTarget.value)}
      >
        <option value="">{text.lastDays}</option>
        {monthsUpTo(today, kMonths).map((month) => (
          <option key={month} value={month}>
            {named(monthName, `${month}-01`)}
          </option>
        ))}
      </select>
    </label>
  );
}

function DayCurve({ store, usage }: { store: Store; usage: Usage }) {
  const text = strings.graph;
  const { day } = store.view.value;
  const minutes = store.minutes.value;
  const [place, setPlace] = useState<number | null>(null);
  const [spec, setSpec] = useState<GraphSpec | null>(null);
  useEffect(() => setSpec(minutes && minutesSpec(minutes, setPlace, store)), [minutes, store]);
  const known = usage.days?.find(({ date }) => date === day);
  const inDay = known ? wordsOf(known, usage.time_zone) : "";
  const minute = minutes && place !== null ? minutes.max[place] : undefined;
  return (
    <>
      <div class="graph-head">
        <h2>{text.dayTitle(named(dayName, day))}</h2>
        <button type="button" onClick={() => void store.openPeak(day)}>
          {text.whoWasIn}
        </button>
        <a href={csvOf("usage/minutes", { day, account: store.account.value })} download title={strings.csvHint}>
          {strings.csv}
        </a>
        <button type="button" onClick={() => void store.chooseDay("")}>
          {text.back}
        </button>
      </div>
      {spec && <Canvas spec={spec} words={`${text.dayTitle(named(dayName, day))}: ${inDay}`} />}
      <p class="readout">
        {store.minutesProblem.value
          ? store.minutesProblem.value.title
          : minutes && place !== null && minute !== undefined
            ? text.ofMinute(clock(instantAt(minutes, place), minutes.time_zone) ?? "", minute)
            : inDay}
      </p>
    </>
  );
}

function Days({ store, usage }: { store: Store; usage: Usage }) {
  const text = strings.graph;
  const days = usage.days;
  const [asTable, setAsTable] = useState(false);
  const [place, setPlace] = useState<number | null>(null);
  const [spec, setSpec] = useState<GraphSpec | null>(null);
  useEffect(() => setSpec(days ? daysSpec(days, setPlace, store) : null), [days, store]);
  if (!days) {
    return null;
  }
  const today = store.usage.value?.days?.at(-1)?.date ?? days.at(-1)?.date ?? "";
  const measured = days.flatMap(({ max }) => (max === null ? [] : [max]));
  const hovered = place === null ? undefined : days[place];
  const { month } = store.view.value;
  return (
    <>
      <div class="graph-head">
        <h2>{text.title}</h2>
        <Span store={store} today={today} />
        <a
          href={csvOf("usage", {
            account: store.account.value,
            ...(month === "" ? {} : { from: days[0]?.date ?? "", to: days.at(-1)?.date ?? "" }),
          })}
          download
          title={strings.csvHint}
        >
          {strings.csv}
        </a>
        <button type="button" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {text.asTable}
        </button>
      </div>
      {asTable ? (
        <DaysTable days={days} zone={usage.time_zone} store={store} />
      ) : (
        <>
          {spec && (
            <Canvas
              spec={spec}
              words={text.summary(measured.length > 0 ? Math.max(...measured) : null, days.length)}
            />
          )}
          <p class="readout">
            {hovered ? (
              <>
                <strong>{named(dayName, hovered.date)}</strong> {wordsOf(hovered, usage.time_zone)}
              </>
            ) : (
              text.hint
            )}
          </p>
        </>
      )}
    </>
  );
}

export function Graph({ store }: { store: Store }) {
  const { month, day } = store.view.value;
  const usage = month === "" ? store.usage.value : store.monthUsage.value;
  return usage?.days ? (
    <div class="graph">{day === "" ? <Days store={store} usage={usage} /> : <DayCurve store={store} usage={usage} />}</div>
  ) : null;
}
