// What the graph shows beside the last 30 days: a month, the curve of a day, and who was in the maximum of a day.

import { signal } from "@preact/signals";
import { type Api, type Problem, problemOf } from "../api.js";
import { kPageSize } from "../paging.js";
import { lastDayOf } from "../times.js";
import type { Usage, UsageMinutes, UsagePeak } from "../types.js";
import type { ShownView } from "./shown_view.js";

/** Who was in the maximum of a day. */
export interface Peak {
  date: string;
  answer: UsagePeak | null;
  problem: Problem | null;
}

export type UsageGraph = ReturnType<typeof createUsageGraph>;

export function createUsageGraph(api: Api, { view, account, change }: ShownView) {
  /** The days of the chosen month, where one is chosen; the figures are always those of the last 30 days. */
  const monthUsage = signal<Usage | null>(null);
  const minutes = signal<UsageMinutes | null>(null);
  const minutesProblem = signal<Problem | null>(null);
  const peak = signal<Peak | null>(null);

  async function loadMonth(): Promise<void> {
    const { month, account: name } = view.value;
    try {
      const answer = month === "" ? null : await api.usage(name, { from: `${month}-01`, to: lastDayOf(month) });
      if (view.value.month === month && view.value.account === name) {
        monthUsage.value = answer;
      }
    } catch {
      monthUsage.value = null; // What is wrong is said of the figures.
    }
  }

  async function loadMinutes(): Promise<void> {
    const { day, account: name } = view.value;
    if (day === "") {
      minutes.value = null;
      minutesProblem.value = null;
      return;
    }
    try {
      const answer = await api.minutes(name, day);
      if (view.value.day === day && view.value.account === name) {
        minutes.value = answer;
        minutesProblem.value = null;
      }
    } catch (failure) {
      minutesProblem.value = problemOf(failure);
    }
  }

  async function openPeak(date: string, cursor: string | null = null): Promise<void> {
    const before = peak.value?.date === date && cursor !== null ? peak.value.answer : null;
    peak.value = { date, answer: before, problem: null };
    try {
      const answer = await api.peak(date, { account: account.value, limit: kPageSize, cursor });
      if (peak.value?.date === date) {
        const sessions = [...(before?.sessions ?? []), ...answer.sessions];
        peak.value = { date, answer: { ...answer, sessions }, problem: null };
      }
    } catch (failure) {
      if (peak.value?.date === date) {
        peak.value = { date, answer: before, problem: problemOf(failure) };
      }
    }
  }

  return {
    monthUsage,
    minutes,
    minutesProblem,
    peak,
    loadMonth,
    loadMinutes,
    chooseMonth: (month: string) => {
      change({ month, day: "" });
      return loadMonth();
    },
    chooseDay: (day: string) => {
      minutes.value = null;
      change({ day });
      return loadMinutes();
    },
    openPeak,
    closePeak: () => (peak.value = null),
  };
}
