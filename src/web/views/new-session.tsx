/** Starting a session: agent, folder, name and place, all filled in, so that one tap is enough. */
import type { TargetedSubmitEvent } from 'preact';
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ErrorShape } from '../../base/error.ts';
import { limits } from '../../protocol/limits.ts';
import type { ChoicesResult, SpawnMode } from '../../protocol/new-session.ts';
import type { HostClient } from '../client/host-client.ts';
import { actsOf } from '../client/session-acts.ts';
import { strings } from '../strings.ts';
import { ErrorNote } from './error-note.tsx';
import { IconButton } from './icon-button.tsx';
import { useSurface } from './surface.ts';
import { useStillHere } from './use-still-here.ts';

export interface NewSessionProps {
  id: string;
  host: HostClient;
  onOpen(session: string): void;
  onClose(): void;
}

export function NewSession({ id, host, onOpen, onClose }: NewSessionProps) {
  const words = strings.newSession;
  const acts = actsOf(host);
  const heading = useRef<HTMLHeadingElement>(null);
  const choices = acts.choices.value;
  const error = acts.error.value;
  useLayoutEffect(() => heading.current?.focus(), []);
  useEffect(() => void acts.load(), [acts]);
  const open = useStillHere(onOpen);
  // The sheet was closed while a session was being started, and is here again.
  useEffect(() => {
    if (acts.starting.value) void acts.coming.then(open);
  }, [acts]);
  return (
    <section
      id={id}
      class="controls new-session"
      aria-label={words.title}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        onClose();
      }}
    >
      <div class="head">
        <h2 ref={heading} tabIndex={-1}>
          {words.title}
        </h2>
        <IconButton icon="close" name={words.close} onClick={onClose} />
      </div>
      {choices ? (
        <Form host={host} choices={choices} error={error} onStarted={open} />
      ) : (
        !error && (
          <p class="note" role="status">
            {words.loading}
          </p>
        )
      )}
      {error && !choices && (
        <ErrorNote error={error}>
          <button type="button" class="b small" onClick={() => void acts.load()}>
            {strings.phone.tryAgain}
          </button>
        </ErrorNote>
      )}
    </section>
  );
}

/** What was chosen the last time on this surface; absent where the computer's own choice was left. */
interface LastChoice {
  agent?: string;
  folder?: string;
}
const lastKey = 'new-session';

function lastChoice(text: string | undefined): LastChoice {
  try {
    return (JSON.parse(text ?? '{}') ?? {}) as LastChoice;
  } catch {
    return {};
  }
}

interface FormProps {
  host: HostClient;
  choices: ChoicesResult;
  /** Why it did not start. */
  error: ErrorShape | null;
  /** Undefined where there is none. */
  onStarted(session: string | undefined): void;
}

function Form({ host, choices, error, onStarted }: FormProps) {
  const words = strings.newSession;
  const acts = actsOf(host);
  const { keep } = useSurface();
  const fieldId = useId();
  const { agents, folders, spawn } = choices;
  const [last] = useState(() => lastChoice(keep.get(lastKey)));
  const usable = agents.filter(({ available }) => available);
  const [agent, setAgent] = useState(
    () => usable.find(({ name }) => name === last.agent)?.name ?? usable[0]?.name ?? '',
  );
  const [folder, setFolder] = useState(
    () => folders.find(({ path }) => path === last.folder)?.path ?? folders[0]?.path ?? '',
  );
  const [name, setName] = useState('');
  // Undefined: as the computer has it, also when that is changed meanwhile.
  const [chosen, setPlace] = useState<Exclude<SpawnMode, 'session'> | undefined>(undefined);
  // Where the folder is no repository of git there is nothing to make a worktree of.
  const mayHaveWorktree = folders.find(({ path }) => path === folder)?.git !== false;
  const place = mayHaveWorktree ? (chosen ?? spawn.mode) : 'same-dir';
  const starting = acts.starting.value;
  const ready = host.phase.value.kind === 'ready';
  const full = spawn.open >= spawn.capacity;
  const single = spawn.mode === 'session';
  const title = agents.find((one) => one.name === agent)?.title ?? agent;

  const start = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const called = name.trim();
    keep.set(lastKey, JSON.stringify({ agent, folder }));
    const session = acts.start({
      ...(agent === '' ? {} : { agent }),
      ...(folder === '' ? {} : { folder }),
      ...(called === '' ? {} : { name: called }),
      ...(place === 'session' ? {} : { spawn: place }),
    });
    onStarted(await session);
  };

  return (
    <form class="stacked" onSubmit={(event) => void start(event)}>
      {single && <p class="note warn">{words.single}</p>}
      <div class="pair">
        <div class="field">
          <label for={`${fieldId}-agent`}>{words.agent}</label>
          <select
            id={`${fieldId}-agent`}
            value={agent}
            disabled={starting}
            onChange={(event) => setAgent(event.currentTarget.value)}
          >
            {agents.map((one) => (
              <option key={one.name} value={one.name} disabled={!one.available}>
                {one.available ? one.title : words.missing(one.title)}
              </option>
            ))}
          </select>
        </div>
        <div class="field">
          <label for={`${fieldId}-folder`}>{words.folder}</label>
          <select
            id={`${fieldId}-folder`}
            value={folder}
            disabled={starting}
            aria-describedby={`${fieldId}-path`}
            onChange={(event) => setFolder(event.currentTarget.value)}
          >
            {folders.map((one) => (
              <option key={one.path} value={one.path}>
                {one.name}
              </option>
            ))}
          </select>
        </div>
      </div>
      <span class="in path" id={`${fieldId}-path`}>
        {folder}
      </span>
      <div class="field">
        <label for={`${fieldId}-name`}>{words.name}</label>
        <input
          id={`${fieldId}-name`}
          value={name}
          maxLength={limits.titleChars}
          placeholder={words.nameHint}
          disabled={starting}
          autoComplete="off"
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </div>
      {!single && (
        <fieldset class="places-to-work" disabled={starting}>
          <legend>{words.place}</legend>
          {(['same-dir', 'worktree'] as const).map((value) => (
            <label key={value} class="check">
              <input
                type="radio"
                name={`${fieldId}-place`}
                checked={place === value}
                disabled={value === 'worktree' && !mayHaveWorktree}
                onChange={() => setPlace(value)}
              />
              <span>
                {words.places[value]}
                <span class="in">
                  {value === 'worktree' && !mayHaveWorktree ? words.noGit : words.placesNext[value]}
                </span>
              </span>
            </label>
          ))}
          {place !== spawn.mode && mayHaveWorktree && (
            <button type="button" class="text" disabled={!ready} onClick={() => void acts.setSpawn(place)}>
              {words.always}
            </button>
          )}
        </fieldset>
      )}
      <div class="go">
        {error && <ErrorNote error={error} />}
        <p class={full ? 'note warn' : 'in'}>
          {words.room(spawn.open, spawn.capacity)}
          {full && ` ${words.full}`}
        </p>
        <button type="submit" class="b p" disabled={starting || !ready}>
          {starting ? words.starting(title) : words.start}
        </button>
        {starting && (
          <p class="note" role="status">
            {ready ? words.startingNext : words.startingAway}
          </p>
        )}
        {starting && !ready && (
          <button
            type="button"
            class="b"
            onClick={(event) => {
              acts.giveUp();
              // It goes, and Start can't be pressed yet.
              event.currentTarget.closest('section')?.querySelector('h2')?.focus();
            }}
          >
            {words.giveUp}
          </button>
        )}
      </div>
    </form>
  );
}
