import { strings } from "../strings.js";
import { plainTime, zonedTime } from "../times.js";
import type { Session } from "../types.js";

/** The Agent Id; somebody who is not logged in looks different from a user whose name is "Guest". */
export function AgentName({ agent }: { agent: string | null }) {
  return agent === null ? (
    <em class="guest" title={strings.guestHint}>
      {strings.guest}
    </em>
  ) : (
    <bdi class="name">{agent}</bdi>
  );
}

export const agentWords = (agent: string | null) => agent ?? strings.guest;

export function StartTime({ session, nameZone }: { session: Session; nameZone: boolean }) {
  const zoned = zonedTime(session.started, session.time_zone);
  if (!zoned) {
    return <>{session.started}</>;
  }
  return (
    <time dateTime={session.started} title={`${zoned.zone} · ${plainTime(session.started, "UTC")} UTC`}>
      {zoned.date} {zoned.time} <span class="offset">{zoned.offset}</span>
      {nameZone && <span class="zone"> {zoned.zone}</span>}
    </time>
  );
}

export function InteractionNames({ names }: { names: readonly string[] }) {
  return names.length === 0 ? null : (
    <ul class="interactions">
      {names.map((name) => (
        <li key={name}>
          <bdi>{name}</bdi>
        </li>
      ))}
    </ul>
  );
}
