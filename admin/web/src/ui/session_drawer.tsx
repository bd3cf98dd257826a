import type { ComponentChildren } from "preact";
import { isProbablyGone } from "../activity.js";
import type { Store } from "../store.js";
import type { Opened } from "../store/drawer.js";
import { strings } from "../strings.js";
import { ago, plainTime } from "../times.js";
import { AgentName, Browser, Foreign, Instant } from "./cells.js";
import { EndingNotice } from "./ending.js";
import { KeepButton } from "./keep_button.js";
import { Modal } from "./modal.js";
import { KeepProblem, ProblemNotice } from "./notices.js";

const text = strings.details;
const kHistoryMs = 30 * 86_400_000;

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return children ? (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  ) : null;
}

function Instances({ opened: { details }, zone, now }: { opened: Opened; zone: string; now: string }) {
  if (!details) {
    return <p class="quiet">{strings.loading}</p>;
  }
  if (details.open_instances.length === 0) {
    return <p class="quiet">{text.none}</p>;
  }
  return (
    <div class="scroller" role="region" aria-label={text.instances} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{text.name}</th>
            <th scope="col">{text.opened}</th>
            <th scope="col">{text.lastSeen}</th>
          </tr>
        </thead>
        <tbody>
          {details.open_instances.map(({ name, opened, last_seen }, index) => (
            <tr key={index}>
              <td>{name === null ? <em class="quiet">{text.unnamed}</em> : <Foreign text={name} />}</td>
              <td>
                <Instant at={opened} zone={zone} />
              </td>
              <td>
                <time dateTime={last_seen} title={plainTime(last_seen, zone)}>
                  {ago(last_seen, now)}
                </time>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Drawer({ store, opened }: { store: Store; opened: Opened }) {
  const { session, problem } = opened;
  const zone = store.zoneOf(session.time_zone);
  const now = store.asOf.value ?? session.last_seen;
  const requests = opened.details?.requests ?? null;
  const gone = problem?.code === "session_not_found";
  const narrow = (name: "agent" | "address", value: string) => {
    store.close();
    void store.filterBy(name, value);
  };
  return (
    <Modal class="drawer" labelledBy="details-title" onClose={store.close}>
      <div class="drawer-head">
        <h2 id="details-title">
          <AgentName agent={session.agent} /> {session.own && <span class="badge own">{strings.own}</span>}
        </h2>
        <button type="button" onClick={store.close}>
          {text.close}
        </button>
      </div>
      {gone ? <p class="notice">{text.gone}</p> : problem && <ProblemNotice problem={problem} />}
      {!gone && isProbablyGone(session.last_seen, now) && (
        <p class="banner">{strings.quietHint(plainTime(session.last_seen, zone))}</p>
      )}
      {!gone && <EndingNotice session={session} zone={zone} />}
      <KeepProblem store={store} />
      <dl class="facts">
        <Fact name={text.started}>
          <Instant at={session.started} zone={zone} nameZone />
        </Fact>
        <Fact name={text.lastSeen}>
          <Instant at={session.last_seen} zone={zone} /> <span class="quiet">({ago(session.last_seen, now)})</span>
        </Fact>
        <Fact name={text.account}>
          <Foreign text={session.account} />
        </Fact>
        <Fact name={text.label}>{session.label && <Foreign text={session.label} />}</Fact>
        <Fact name={text.address}>{session.address && <Foreign text={session.address} />}</Fact>
        <Fact name={text.browser}>
          {session.user_agent && (
            <>
              <Browser userAgent={session.user_agent} />
              <br />
              <small>
                <Foreign text={session.user_agent} />
              </small>
            </>
          )}
        </Fact>
        <Fact name={text.requests}>{requests !== null && strings.number(requests)}</Fact>
        <Fact name={text.ref}>
          <code>{session.ref}</code>
        </Fact>
      </dl>
      <h3>{text.instances}</h3>
      {!gone && <Instances opened={opened} zone={zone} now={now} />}
      <div class="actions">
        {!gone && session.ending && (
          <KeepButton store={store} label={strings.keep} hint={strings.keepHint(1)} keep={() => store.keep([session])} />
        )}
        <button type="button" onClick={() => narrow("agent", session.agent ?? "")}>
          {text.sameAgent}
        </button>
        {session.address && (
          <button type="button" onClick={() => narrow("address", session.address ?? "")}>
            {text.sameAddress}
          </button>
        )}
        <button
          type="button"
          onClick={() => {
            store.close();
            const from = new Date(Date.parse(now) - kHistoryMs).toISOString();
            store.change({ tab: "history", record: { agent: session.agent ?? "", from, to: now } });
          }}
        >
          {text.ofTheAgent}
        </button>
        {store.mayErase.value && session.agent !== null && (
          <button
            type="button"
            onClick={() => store.askErasure({ agent: session.agent ?? "", account: session.account })}
          >
            {strings.erase.open}
          </button>
        )}
      </div>
    </Modal>
  );
}

/** What is known of one session, from the right. */
export const SessionDrawer = ({ store }: { store: Store }) =>
  store.opened.value ? <Drawer store={store} opened={store.opened.value} /> : null;
