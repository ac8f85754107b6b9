/** The webview: Remote Control above, the conversation below, which has the room once it goes. */
import { Fragment } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { HostStatus } from '../../protocol/host-status.ts';
import type { RemoteWish } from '../../transcript/commands.ts';
import type { HostClient } from '../client/host-client.ts';
import type { SessionClient } from '../client/session-client.ts';
import { strings } from '../strings.ts';
import { AgentSessionsView } from '../views/agent-sessions-view.tsx';
import { ErrorNote } from '../views/error-note.tsx';
import { IconButton } from '../views/icon-button.tsx';
import { Icon } from '../views/icon.tsx';
import { Activity, ConnectionMark, DemoBadge } from '../views/marks.tsx';
import { rename } from '../views/rename.ts';
import { SearchButton } from '../views/search-door.tsx';
import { SessionList } from '../views/session-list.tsx';
import { activityOf, agentError, SessionView, type SessionFacts } from '../views/session-view.tsx';
import { TerminalsButton, TerminalsView } from '../views/terminals-door.tsx';
import { UpdateNeeded } from '../views/update-needed.tsx';
import { useNow } from '../views/use-now.ts';
import { useChosen } from './chosen-session.ts';
import type { DeskHost } from './desk-host.ts';
import { deskWords } from './desk-words.ts';
import { HostError, HostPanel, OffView, StartingView } from './host-panel.tsx';
import { PairingCard } from './pairing-card.tsx';

/** The extension's heavy part loads on first use. */
const patienceMs = 5_000;

export interface DeskAppProps {
  host: HostClient;
  desk: DeskHost;
  /** Connects to the extension anew. */
  onRetry(): void;
}

export function DeskApp({ host, desk, onRetry }: DeskAppProps) {
  const phase = host.phase.value;
  const status = host.status.value;
  const leaveTerminals = () => void (host.terminals.value = null);
  const { chosen, choose, listing, setListing } = useChosen(status, leaveTerminals);
  if (phase.kind === 'mismatch') return <UpdateNeeded update={phase.update} words={phase.words} />;
  if (!status || phase.kind === 'apart') return <Waiting onRetry={onRetry} />;
  // One that is over can be read, too.
  const known = chosen !== null && host.row(chosen) !== undefined;
  const id = known ? chosen : (status.session?.id ?? null);
  const off = status.state === 'off' || (status.state === 'error' && !status.session);
  return (
    <div class="app desk">
      <DeskHeader
        host={host}
        status={status}
        id={listing ? null : id}
        listing={listing}
        onList={
          off
            ? undefined
            : () => {
                setListing(host.terminals.value !== null || !listing);
                leaveTerminals();
              }
        }
      />
      <Notices status={status} desk={desk} />
      <HostError status={status} error={errorOf(host, status)} desk={desk} />
      {desk.failure.value && <ErrorNote error={desk.failure.value} />}
      {status.pairings.map((pairing) => (
        <PairingCard
          key={pairing.id}
          pairing={pairing}
          onDecide={(allow, scope) => void desk.pairing(pairing.id, allow, scope)}
        />
      ))}
      {off ? (
        status.state === 'off' && <OffView desk={desk} />
      ) : status.state === 'starting' && !status.session ? (
        <StartingView />
      ) : (
        <DeskBody host={host} desk={desk} status={status} id={id} listing={listing} choose={choose} />
      )}
    </div>
  );
}

/** What the conversation says is not said twice. */
function errorOf(host: HostClient, { error, session, agent }: HostStatus): HostStatus['error'] {
  const transcript = session && host.session(session.id)?.record.present.value;
  return error && transcript ? agentError(error, transcript, agent?.name ?? strings.theAgent) : error;
}

/** The extension is still loading; after a while there is something to press. */
function Waiting({ onRetry }: { onRetry: () => void }) {
  const [began, setBegan] = useState(() => Date.now());
  const late = useNow(1_000) - began > patienceMs;
  return (
    <div class="app desk" aria-busy={!late}>
      {late && (
        <div class="center">
          <p class="note">{deskWords().waiting}</p>
          <button
            type="button"
            class="b"
            onClick={() => {
              setBegan(Date.now());
              onRetry();
            }}
          >
            {strings.phone.tryAgain}
          </button>
        </div>
      )}
    </div>
  );
}

interface DeskHeaderProps {
  host: HostClient;
  status: HostStatus;
  /** The session that is shown. */
  id: string | null;
  /** The list of sessions is shown. */
  listing: boolean;
  /** Undefined where there is none. */
  onList: (() => void) | undefined;
}

function DeskHeader({ host, status, id, listing, onList }: DeskHeaderProps) {
  const session = id === null ? null : host.session(id);
  const facts = host.state.value?.sessions.find((row) => row.id === id);
  const online = status.devices.filter((device) => device.online).length;
  const words = [
    deskWords().state[status.state],
    ...(status.state === 'on' && status.reach ? [deskWords().reachShort[status.reach.kind]] : []),
    ...(status.state === 'on' && online > 0 ? [deskWords().devices(online)] : []),
  ];
  const mark =
    status.state === 'on' ? 'connected' : status.state === 'starting' ? 'connecting' : status.state;
  return (
    <header>
      <div class="col">
        <div class="name">
          <span class="title">{deskWords().title}</span>
          {status.agent?.demo && <DemoBadge />}
          {session && host.terminals.value === null && <SearchButton session={session} />}
          {onList && <TerminalsButton host={host} session={id} />}
          {onList && (
            <IconButton
              class="icon list-button"
              icon="list"
              name={strings.sessions}
              aria-expanded={listing && host.terminals.value === null}
              onClick={onList}
            />
          )}
        </div>
        <div class="under">
          <div class="col where" role="status">
            <ConnectionMark kind={mark} />
            {words.map((word, index) => (
              <Fragment key={index}>
                <span class="fact">{index < words.length - 1 ? `${word}\u00a0·` : word}</span>{' '}
              </Fragment>
            ))}
          </div>
          {session && <Activity state={activityOf(session.record.present.value, facts)} />}
        </div>
      </div>
    </header>
  );
}

function Notices({ status, desk }: { status: HostStatus; desk: DeskHost }) {
  return (
    <>
      {status.notices.map((notice) => (
        <div key={notice.id} class={`notice ${notice.severity}`} role="alert" data-code={notice.code}>
          <Icon name={notice.severity === 'info' ? 'info' : 'warning'} />
          <span class="what">{strings.fromHost(notice.message)}</span>
          <IconButton
            icon="close"
            name={deskWords().dismiss}
            onClick={() => void desk.act('dismissNotice', notice.id)}
          />
        </div>
      ))}
    </>
  );
}

async function remote(
  wish: RemoteWish,
  session: SessionClient,
  host: HostClient,
  desk: DeskHost,
): Promise<string> {
  const { commands } = strings;
  switch (wish.kind) {
    case 'off':
      return (await desk.stop()) ? commands.isOff : commands.failed;
    case 'on':
      await desk.start();
      break;
    case 'status':
      break;
    case 'name':
      return rename(session, wish.name);
  }
  const status = host.status.value;
  return status?.state === 'off' ? commands.isOff : commands.isOn(deskWords().state[status?.state ?? 'on']);
}

interface DeskBodyProps {
  host: HostClient;
  desk: DeskHost;
  status: HostStatus;
  /** The session that is shown. */
  id: string | null;
  /** The list is shown in its place. */
  listing: boolean;
  choose(id: string): void;
}

function DeskBody({ host, desk, status, id, listing, choose }: DeskBodyProps) {
  const session = id === null ? null : host.session(id);
  const sessions = host.state.value?.sessions ?? [];
  const talking = session !== null && session.record.transcript.value.items.length > 0;
  // Closes by itself once the conversation goes, unless someone decided; a missing choice keeps it open.
  const [wanted, setWanted] = useState<boolean | undefined>(undefined);
  // The last one was closed: what comes next is in the list.
  const had = useRef(false);
  had.current ||= sessions.length > 0;
  const listed = listing || (id === null && had.current);
  const open = status.reach === null || (wanted ?? !(talking || listed));
  return (
    <>
      <button type="button" class="fold" aria-expanded={open} onClick={() => setWanted(!open)}>
        <Icon name={open ? 'chevronDown' : 'chevronRight'} />
        {deskWords().panel}
      </button>
      {open && <HostPanel status={status} desk={desk} />}
      {open && !listed && <AgentSessionsView host={host} onOpen={choose} />}
      {listed && host.terminals.value === null && <SessionList host={host} onOpen={choose} />}
      {sessions.length > 1 && !listed && (
        <div class="which">
          <label for="which">{deskWords().session}</label>
          <select id="which" value={id ?? ''} onChange={(event) => choose(event.currentTarget.value)}>
            {withShown(sessions, id === null ? undefined : host.row(id)).map((row) => (
              <option key={row.id} value={row.id}>
                {row.title}
              </option>
            ))}
          </select>
        </div>
      )}
      {host.terminals.value !== null && <TerminalsView host={host} />}
      {session && !listed && host.terminals.value === null && (
        <SessionView
          key={session.id}
          host={host}
          session={session}
          connected={host.phase.value.kind === 'ready'}
          shown={status.error?.code}
          onRemote={(wish) => remote(wish, session, host, desk)}
          onOpen={choose}
        />
      )}
    </>
  );
}

/** One that is over is shown among those that are open. */
function withShown(sessions: readonly SessionFacts[], shown: SessionFacts | undefined) {
  return shown && !sessions.some(({ id }) => id === shown.id) ? [...sessions, shown] : sessions;
}
