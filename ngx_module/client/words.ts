import type { Words } from "./agent-sessions";

export const words: Words = {
  title: "Your session was closed",
  detail: "Please reload and reactivate the application.",
  left: "A message for you:",
  reactivate: "Reload and reactivate",
  show: "Show my page",
  idle: "Are you still there?",
  idleDetail: "If not, your session ends at",
  stay: "Stay",
  ending: "Your session will be closed",
  endingDetail: "An administrator closes it when you have finished",
  endingUntil: "at the latest at",
  hide: "OK",
};

/** So many seconds from now, as the agent's clock shows it. */
export const timeIn = (seconds: number) => new Date(Date.now() + seconds * 1000).toLocaleTimeString();
