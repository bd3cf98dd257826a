import { useMemo, useState } from "preact/hooks";
import { csvOf } from "../api.js";
import type { Store } from "../store.js";
import { strings } from "../strings.js";
import { dayWords, monthsUpTo, zonedTime } from "../times.js";
import type { Day, Usage, UsageMinutes } from "../types.js";
import { Plot, type PlotSpec } from "./plot.js";

const kMonths = 13;
const kMinutesOfAnHour = 60;

const shortDay = new Intl.DateTimeFormat(strings.locale, { timeZone: "UTC", day: "numeric", month: "short" });
const monthName = new Intl.DateTimeFormat(strings.locale, { timeZone: "UTC", month: "long", year: "numeric" });
const named = (format: Intl.DateTimeFormat, date: string) => format.format(new Date(`${date}T00:00:00Z`));

const clock = (instant: string | null, zone: string) =>
  instant === null ? null : (zonedTime(instant, zone)?.time.slice(0, 5) ?? null);

const wordsOf = (day: Day, zone: string) =>
  strings.graph.ofDay(day.max, day.total, clock(day.max_at, zone), day.refused);

const placesOf = <Item,>(items: readonly Item[], holds: (item: Item) => boolean) =>
  new Set(items.flatMap((item, place) => (holds(item) ? [place] : [])));

type Hover = (place: number | null) => void;

function daysSpec(days: readonly Day[], today: string, onHover: Hover, store: Store): PlotSpec {
  const apart = Math.max(1, Math.ceil(days.length / 6));
  return {
    counts: days.map(({ max }) => max),
    bars: true,
    pale: placesOf(days, ({ complete }) => !complete),
    unmeasured: placesOf(days, ({ date, max }) => max === null && date <= today),
    totals: days.map(({ total }) => total),
    marked: [...placesOf(days, ({ max, refused }) => max !== null && refused > 0)],
    label: (place) => named(shortDay, days[place]?.date ?? ""),
    labels: { apart, fromLast: true },
    onHover,
    onChoose: (place) => {
      const day = days[place];
      if (day && day.max !== null) {
        void store.chooseDay(day.date);
      }
    },
  };
}

const instantAt = ({ start, step }: UsageMinutes, place: number) =>
  new Date(Date.parse(start) + place * step * 1000).toISOString();

function minutesSpec(minutes: UsageMinutes, onHover: Hover, store: Store): PlotSpec {
  const peak = Math.max(...minutes.max.map((value) => value ?? -1));
  const peakAt = minutes.max.indexOf(peak);
  const apart = (3 * kMinutesOfAnHour * 60) / minutes.step;
  return {
    counts: minutes.max,
    bars: false,
    pale: new Set(),
    unmeasured: new Set(),
    totals: minutes.max.map(() => minutes.total),
    marked: peak > 0 ? [peakAt] : [],
    label: (place) => clock(instantAt(minutes, place), minutes.time_zone) ?? "",
    labels: { apart, fromLast: false },
    onHover,
    onChoose: () => void store.openPeak(minutes.day),
  };
}

interface DaysProperties {
  days: readonly Day[];
  today: string;
  zone: string;
  store: Store;
}

function DayRow({ day, today, zone, store }: Omit<DaysProperties, "days"> & { day: Day }) {
  const text = strings.graph;
  if (day.max === null) {
    return (
      <tr>
        <th scope="row">{dayWords(day.date)}</th>
        <td class="quiet" colSpan={6}>
          {text.notMeasured}
        </td>
      </tr>
    );
  }
  return (
    <tr>
      <th scope="row">
        <button type="button" class="link" onClick={() => void store.chooseDay(day.date)}>
          {dayWords(day.date)}
        </button>
        {!day.complete && <span class="quiet"> {day.date === today ? text.soFar : text.partly}</span>}
      </th>
      <td>{strings.number(day.max)}</td>
      <td>{clock(day.max_at, zone)}</td>
      <td>{day.total !== null && strings.number(day.total)}</td>
      <td>{strings.number(day.refused)}</td>
      <td>{day.agents !== null && strings.number(day.agents)}</td>
      <td>
        {day.max > 0 && (
          <button type="button" class="link" onClick={() => void store.openPeak(day.date)}>
            {text.whoWasIn}
            <span class="unseen"> {dayWords(day.date)}</span>
          </button>
        )}
      </td>
    </tr>
  );
}

function DaysTable({ days, ...properties }: DaysProperties) {
  const text = strings.graph;
  const upToNow = days.filter(({ date }) => date <= properties.today).reverse();
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
          {upToNow.map((day) => (
            <DayRow key={day.date} day={day} {...properties} />
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

/** What the marks of a graph stand for, as far as it has them. */
function Legend({ spec }: { spec: PlotSpec }) {
  const text = strings.graph.legend;
  const keys = [
    spec.totals.some((total) => total !== null) && { kind: "total", words: text.total },
    spec.marked.length > 0 && { kind: "mark", words: spec.bars ? text.refused : text.peak },
    spec.unmeasured.size > 0 && { kind: "unmeasured", words: text.unmeasured },
  ];
  return (
    <ul class="legend">
      {keys.map(
        (key) =>
          key && (
            <li key={key.kind}>
              <span class={`key-${key.kind}`} /> {key.words}
            </li>
          ),
      )}
    </ul>
  );
}

function DayCurve({ store, usage }: { store: Store; usage: Usage }) {
  const text = strings.graph;
  const { day } = store.view.value;
  const minutes = store.minutes.value;
  const [place, setPlace] = useState<number | null>(null);
  const spec = useMemo(() => minutes && minutesSpec(minutes, setPlace, store), [minutes, store]);
  const known = usage.days.find(({ date }) => date === day);
  const inDay = known ? wordsOf(known, usage.time_zone) : "";
  const minute = minutes && place !== null ? minutes.max[place] : undefined;
  return (
    <>
      <div class="graph-head">
        <h2>{text.dayTitle(dayWords(day))}</h2>
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
      {spec && <Plot spec={spec} place={place} words={`${text.dayTitle(dayWords(day))}: ${inDay}`} />}
      <div class="readout">
        <p>
          {store.minutesProblem.value ? (
            store.minutesProblem.value.title
          ) : minutes && place !== null && minute !== undefined ? (
            text.ofMinute(clock(instantAt(minutes, place), minutes.time_zone) ?? "", minute)
          ) : (
            <>
              <strong>{inDay}</strong> {spec && spec.marked.length > 0 && text.curveHint}
            </>
          )}
        </p>
        {spec && <Legend spec={spec} />}
      </div>
    </>
  );
}

function Days({ store, usage }: { store: Store; usage: Usage }) {
  const text = strings.graph;
  const days = usage.days;
  const [asTable, setAsTable] = useState(false);
  const [place, setPlace] = useState<number | null>(null);
  const today = store.usage.value?.days.at(-1)?.date ?? days.at(-1)?.date ?? "";
  const spec = useMemo(() => daysSpec(days, today, setPlace, store), [days, today, store]);
  if (days.length === 0) {
    return <p class="quiet">{text.unreadable}</p>;
  }
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
        <DaysTable days={days} today={today} zone={usage.time_zone} store={store} />
      ) : (
        <>
          <Plot
            spec={spec}
            place={place}
            words={text.summary(measured.length > 0 ? Math.max(...measured) : null, days.length)}
          />
          <div class="readout">
            <p>
              {hovered ? (
                <>
                  <strong>{dayWords(hovered.date)}</strong> {wordsOf(hovered, usage.time_zone)}
                </>
              ) : (
                text.hint
              )}
            </p>
            <Legend spec={spec} />
          </div>
        </>
      )}
    </>
  );
}

export function Graph({ store }: { store: Store }) {
  const { month, day } = store.view.value;
  const usage = month === "" ? store.usage.value : store.monthUsage.value;
  return usage ? (
    <div class="graph">{day === "" ? <Days store={store} usage={usage} /> : <DayCurve store={store} usage={usage} />}</div>
  ) : null;
}
