import { browserWords } from "../browser_words.js";
import { strings } from "../strings.js";
import { plainTime, zonedTime } from "../times.js";

/** Characters that turn, hide or break what stands beside them: overrides of direction, zero-width space, controls. */
const unseenCharacters = /([\u0000-\u001f\u007f-\u009f\u200b\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff])/;

const codePoint = (character: string) => `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;

/** Text from outside, in isolation from what stands beside it, with nothing in it that can't be seen. */
export function Foreign({ text, ...properties }: { text: string; class?: string; title?: string }) {
  const parts = text.split(unseenCharacters);
  return (
    <bdi {...properties}>
      {parts.length === 1
        ? text
        : parts.map((part, index) =>
            index % 2 === 1 ? (
              <span key={index} class="control">
                {codePoint(part)}
              </span>
            ) : (
              part
            ),
          )}
    </bdi>
  );
}

/** The Agent Id; somebody who is not logged in looks different from a user whose name is "Guest". */
export function AgentName({ agent }: { agent: string | null }) {
  return agent === null ? (
    <em class="guest" title={strings.guestHint}>
      {strings.guest}
    </em>
  ) : (
    <Foreign class="name" text={agent} />
  );
}

export const agentWords = (agent: string | null) => agent ?? strings.guest;

/** An instant with the offset that held there and then; the zone's name and UTC stand behind it. */
export function Instant({ at, zone, nameZone = false }: { at: string; zone: string; nameZone?: boolean }) {
  const zoned = zonedTime(at, zone);
  if (!zoned) {
    return <>{at}</>;
  }
  return (
    <time dateTime={at} title={`${zoned.zone} · ${plainTime(at, "UTC")} UTC`}>
      {zoned.date} {zoned.time} <span class="offset">{zoned.offset}</span>
      {nameZone && <span class="zone"> {zoned.zone}</span>}
    </time>
  );
}

/** What a user agent string says in words, the string itself behind it. */
export const Browser = ({ userAgent }: { userAgent: string }) => (
  <Foreign class="text browser" title={userAgent} text={browserWords(userAgent)} />
);

export function InteractionNames({ names }: { names: readonly string[] }) {
  return names.length === 0 ? null : (
    <ul class="interactions">
      {names.map((name) => (
        <li key={name}>
          <Foreign text={name} />
        </li>
      ))}
    </ul>
  );
}
