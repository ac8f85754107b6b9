/** The sessions of a computer, sorted by need: waiting for you, working, idle; those that are over; and new ones. */
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { limits } from '../../protocol/limits.ts';
import { allows } from '../../protocol/methods.ts';
import type { HostClient } from '../client/host-client.ts';
import { strings } from '../strings.ts';
import { AgentSessionsView } from './agent-sessions-view.tsx';
import { Icon } from './icon.tsx';
import { late } from './late.tsx';
import { PagedSection } from './paged-section.tsx';
import { SessionRow, type SessionRowProps } from './session-row.tsx';
import type { SessionFacts } from './session-view.tsx';
import { StrandedView, Warnings } from './stranded-view.tsx';
import { TerminalRows } from './terminals-door.tsx';
import { usePlaces } from './use-places.ts';
import { useStillHere } from './use-still-here.ts';

const NewSession = late(async () => (await import('./new-session.tsx')).NewSession);
const ClosedNote = late(async () => (await import('./session-more.tsx')).ClosedNote);

const sections = [
  { section: 'waiting', title: 'sectionWaiting' },
  { section: 'working', title: 'sectionWorking' },
  { section: 'idle', title: 'sectionIdle' },
] as const;

/** Fewer are found by looking. */
const filterFrom = 6;

export interface SessionListProps {
  host: HostClient;
  onOpen: (id: string) => void;
}

export function SessionList({ host, onOpen: show }: SessionListProps) {
  const onOpen = useStillHere(show);
  const [sought, setSought] = useState('');
  const [more, setMore] = useState<string | null>(null);
  const sessions = host.state.value?.sessions;
  const places = usePlaces(sessions ?? [], more);
  if (!sessions) return <main class="list" aria-busy="true" />;
  const found = sees(sought);
  const rowOf = (session: SessionFacts) => (
    <SessionRow key={session.id} {...rowProps(session, { host, onOpen, more, setMore })} />
  );
  return (
    <div class="sessions">
      <main class="list" onPointerDown={places.onPointerDown}>
        <Warnings host={host} />
        {sessions.length === 0 && (
          <div class="none">
            <h1>{strings.noSession}</h1>
            <p class="note">{mayStart(host) ? strings.noSessionStart : strings.noSessionNext}</p>
          </div>
        )}
        <div class="stray">
          <StrandedView host={host} here={undefined} mayPrompt={false} />
        </div>
        {sessions.length + host.past.rows.value.length >= filterFrom && (
          <div class="seek">
            <input
              type="search"
              aria-label={strings.findSession}
              placeholder={strings.findSession}
              value={sought}
              onInput={(event) => setSought(event.currentTarget.value)}
            />
          </div>
        )}
        {sections.map(({ section, title }) => {
          const rows = places.of(section).filter(found);
          if (rows.length === 0) return null;
          return (
            <section key={title} aria-label={strings[title]}>
              <h2 class="sec">{strings[title]}</h2>
              {rows.map(rowOf)}
            </section>
          );
        })}
        {sought === '' && <TerminalRows host={host} />}
        {sought !== '' && !sessions.some(found) && (
          <p class="note none" role="status">
            {strings.noSessionFound}
          </p>
        )}
        <Past host={host} sought={sought} rowOf={rowOf} />
        <AgentSessionsView host={host} onOpen={onOpen} />
      </main>
      <NewSessionBar host={host} onOpen={onOpen} />
    </div>
  );
}

interface Shown extends SessionListProps {
  /** Of which session more is shown. */
  more: string | null;
  setMore(session: string | null): void;
}

function rowProps(session: SessionFacts, { host, onOpen, more, setMore }: Shown): SessionRowProps {
  return {
    ...{ host, session, onOpen, more: more === session.id },
    onMore: (shown) => setMore(shown ? session.id : null),
  };
}

/** By what a row shows. */
function sees(sought: string): (session: SessionFacts) => boolean {
  const words = sought.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return ({ title, cwd, agent, folder, worktree }) => {
    const parts = [title, cwd, agent.name, folder?.branch ?? '', worktree?.branch ?? ''];
    const text = parts.join('\n').toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  };
}

interface PastProps {
  host: HostClient;
  sought: string;
  rowOf: (session: SessionFacts) => preact.ComponentChild;
}

/** Those that are over. */
function Past({ host, sought, rowOf }: PastProps) {
  const { past } = host;
  const known = new Set(host.state.value?.sessions.map(({ id }) => id));
  const rows = past.rows.value.filter((row) => !known.has(row.id));
  const found = rows.filter(sees(sought));
  const seeking = sought.trim() !== '';
  const goesOn =
    seeking && past.state.value === 'more' && past.error.value === null && found.length < limits.pastSessions;
  // What is sought may be on any page: they are read one after the other until there is enough.
  useEffect(() => {
    if (goesOn) void past.more();
  }, [goesOn, past.rows.value]);
  const none = seeking ? strings.pastNotFound : strings.pastNone;
  return (
    <PagedSection
      title={strings.past}
      list={past}
      ready={host.phase.value.kind === 'ready'}
      none={found.length === 0 ? none : undefined}
      sought={seeking}
    >
      {() => found.map(rowOf)}
    </PagedSection>
  );
}

function mayStart(host: HostClient): boolean {
  return allows(host.state.value?.you.scope ?? 'view', 'control');
}

/** Below the list, where the thumb is. */
function NewSessionBar({ host, onOpen }: SessionListProps) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  useLayoutEffect(() => {
    if (wasOpen.current && !open) button.current?.focus();
    wasOpen.current = open;
  }, [open]);
  if (!mayStart(host)) return null;
  return (
    <footer class="new-bar">
      <ClosedNote host={host} onOpen={onOpen} />
      {open && (
        <NewSession
          id={id}
          host={host}
          onOpen={(session) => {
            setOpen(false);
            onOpen(session);
          }}
          onClose={() => setOpen(false)}
        />
      )}
      <button
        ref={button}
        type="button"
        class="b p"
        hidden={open}
        disabled={host.phase.value.kind !== 'ready'}
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(true)}
      >
        <Icon name="add" /> {strings.newSession.open}
      </button>
    </footer>
  );
}
