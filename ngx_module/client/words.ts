import type { Words } from "./agent-sessions";

export const words: Words = {
  title: "Your session was closed",
  detail: "Please reload and reactivate the application in order to continue.",
  left: "The message that was left for you:",
  reactivate: "Reload and reactivate",
  show: "Show my page",
  idle: "Are you still there?",
  idleDetail: "Your session ends for want of activity at",
  stay: "Stay",
};
