/** A computer on the phone: header with both marks, the session or the list of sessions. */
import { useEffect, useState } from 'preact/hooks';
import { sentenceOf } from '../../base/error.ts';
import type { RemoteWish } from '../../transcript/commands.ts';
import { shared } from '../attach/shared.ts';
import type { HostClient } from '../client/host-client.ts';
import type { SessionClient } from '../client/session-client.ts';
import type { Machine, Way } from '../connection/machine.ts';
import { strings } from '../strings.ts';
import { ErrorNote } from '../views/error-note.tsx';
import { IconButton } from '../views/icon-button.tsx';
import { Icon } from '../views/icon.tsx';
import { late } from '../views/late.tsx';
import { Activity, ConnectionMark, connectionWords, DemoBadge, type Connection } from '../views/marks.tsx';
import { rename } from '../views/rename.ts';
import { SearchButton } from '../views/search-door.tsx';
import { SessionList } from '../views/session-list.tsx';
import { TerminalsButton, TerminalsView } from '../views/terminals-door.tsx';
import { activityOf, SessionView, type SessionFacts } from '../views/session-view.tsx';
import { UpdateNeeded } from '../views/update-needed.tsx';
import { clientName, errorWords, folderName } from '../views/words.ts';
import { Forget } from './forget.tsx';
import { BeingWiped } from './pages.tsx';

const SharedNote = late(async () => (await import('../attach/shared-note.tsx')).SharedNote);

export interface MachineViewProps {
  machine: Machine;
  /** Keys survive the page. */
  lasting: boolean;
  /** To the list of computers, where there are several. */
  onBack: (() => void) | undefined;
  /** Nothing is forgotten by that. */
  onPairAgain: () => void;
  onForget?: (() => void) | undefined;
}

export function MachineView({ machine, lasting, onBack, onPairAgain, onForget }: MachineViewProps) {
  const { host } = machine;
  const phase = host.phase.value;
  const way = machine.way.value;
  const sessions = host.state.value?.sessions ?? [];
  // One session needs no list, unless somebody asked for it.
  const [listed, setListed] = useState(false);
  const only = sessions.length === 1 && !listed ? sessions[0]?.id : undefined;
  const chosen = machine.session.value ?? only ?? null;
  const session = chosen === null ? undefined : host.session(chosen);
  const facts = chosen === null ? undefined : host.row(chosen);
  useTitle(facts, session ? session.record.present.value.questions.length : 0);
  if (phase.kind === 'mismatch') return <UpdateNeeded update={phase.update} words={phase.words} />;
  if (way.kind === 'stopped' && way.error.code === 'version_mismatch') {
    return <UpdateNeeded update="unknown" words={sentenceOf(way.error)} />;
  }
  if (way.kind === 'stopped' && way.error.code === 'device_revoked') return <BeingWiped />;
  if (way.kind === 'stopped') {
    return <Stopped machine={machine} way={way} onPairAgain={onPairAgain} onForget={onForget} />;
  }
  const connected = way.kind === 'connected' && phase.kind === 'ready';
  const connection = connectionOf(way, connected, session?.sync.value === 'reading');
  const toList = () => {
    setListed(true);
    machine.session.value = null;
  };
  const inTerminals = host.terminals.value !== null;
  const back = inTerminals ? () => (host.terminals.value = null) : session ? toList : onBack;
  return (
    <div class="app phone">
      <header>
        {back && <IconButton icon="chevronLeft" name={strings.back} onClick={back} />}
        <div class="col">
          <div class="name">
            <span class="title">{session ? (facts?.title ?? machine.name.value) : machine.name.value}</span>
            {facts?.agent.demo && <DemoBadge />}
            {session && !inTerminals && <SearchButton session={session} />}
            <TerminalsButton host={host} session={chosen} />
          </div>
          {session && (
            <div class="under">
              <div class="col where">{facts && whereOf(facts)}</div>
              {isTold(way) && <Activity state={activityOf(session.record.present.value, facts)} />}
            </div>
          )}
          <div class={`where way ${connection.kind}`} role="status">
            <span class="facts">
              <span class="fact">
                <ConnectionMark kind={connection.kind} />
                {connectionWords(connection)}
              </span>
              {connection.kind === 'connected' &&
                [strings.encrypted, ...withWhom(host)].map((fact) => (
                  <span key={fact} class="fact">
                    <span class="between"> · </span>
                    {fact}
                  </span>
                ))}
            </span>
          </div>
        </div>
      </header>
      {!lasting && <p class="strip">{strings.phone.notKept}</p>}
      {phase.kind === 'refused' && <ErrorNote error={phase.error} />}
      {/* A computer that was set up anew: trying again mends nothing, but only the reader can tell. */}
      {way.kind === 'reconnecting' && way.error?.code === 'relay_refused' && (
        <ErrorNote error={way.error}>
          <button type="button" class="b small" onClick={onPairAgain}>
            {strings.phone.pairAgain}
          </button>
        </ErrorNote>
      )}
      {!session && shared.value && <SharedNote />}
      {inTerminals ? (
        <TerminalsView host={host} />
      ) : session ? (
        <SessionView
          host={host}
          session={session}
          connected={connected}
          onRemote={(wish) => Promise.resolve(remote(wish, session, connectionWords(connection)))}
          onOpen={(id) => (machine.session.value = id)}
        />
      ) : (
        <>
          {host.state.value || way.kind === 'connecting' || connected ? (
            <SessionList host={host} onOpen={(id) => (machine.session.value = id)} />
          ) : (
            <main class="center">
              <h1>{strings.phone.nothingKept}</h1>
              <p class="note">{strings.phone.nothingKeptNext}</p>
            </main>
          )}
          {onForget && (
            <footer class="machine">
              <Forget host={machine.name.value} onForget={onForget} />
            </footer>
          )}
        </>
      )}
    </div>
  );
}

/** From here it can be looked at; turning it off would cut this phone off for good. */
function remote(wish: RemoteWish, session: SessionClient, connection: string): string {
  const { commands } = strings;
  switch (wish.kind) {
    case 'on':
    case 'status':
      return commands.isOn(connection);
    case 'off':
      return commands.offHere;
    case 'name':
      return rename(session, wish.name);
  }
}

function connectionOf(way: Exclude<Way, { kind: 'stopped' }>, ready: boolean, reading: boolean): Connection {
  if (way.kind !== 'connected') return way;
  return ready ? { kind: reading ? 'reading' : 'connected' } : { kind: 'connecting' };
}

/** Whether what the computer said last is still likely: one that is off works at nothing. */
function isTold(way: Way): boolean {
  return way.kind !== 'away' && !(way.kind === 'reconnecting' && way.last);
}

/** What gives way first where there is little room. */
function whereOf(facts: SessionFacts): string {
  return `${folderName(facts.cwd)} · ${facts.agent.name}`;
}

/** Who else reads along: one by name, the others as a number. */
function withWhom(host: HostClient): string[] {
  const [first, ...more] = host.state.value?.others ?? [];
  return first === undefined ? [] : [strings.andOthers(clientName(first), more.length)];
}

interface StoppedProps {
  machine: Machine;
  way: Extract<Way, { kind: 'stopped' }>;
  onPairAgain: () => void;
  onForget: (() => void) | undefined;
}

function Stopped({ machine, way, onPairAgain, onForget }: StoppedProps) {
  const { message, next } = errorWords(way.error);
  return (
    <main class="center">
      <Icon name="warning" />
      <h1>{machine.name.value}</h1>
      <div role="alert" data-code={way.error.code}>
        <p class="note">{message}</p>
        {next && <p>{next}</p>}
      </div>
      <button type="button" class="b p" onClick={onPairAgain}>
        {strings.phone.pairAgain}
      </button>
      {onForget && <Forget host={machine.name.value} onForget={onForget} />}
    </main>
  );
}

/** The tab's title counts what waits for an answer. */
function useTitle(facts: SessionFacts | undefined, questions: number): void {
  useEffect(() => {
    const name = facts ? `${facts.title} · ${strings.app}` : strings.app;
    document.title = questions > 0 ? `(${questions}) ${name}` : name;
  }, [facts, questions]);
}
