/** Searching a session: a bar above the conversation, what was found over it, and the way from one to the next. */
import { useEffect, useRef } from 'preact/hooks';
import { limits } from '../../protocol/limits.ts';
import type { SessionClient } from '../client/session-client.ts';
import type { SearchHit } from '../client/session-search.ts';
import { strings } from '../strings.ts';
import { ErrorNote } from './error-note.tsx';
import { IconButton } from './icon-button.tsx';
import { when } from './words.ts';

/** A pause in typing after which the search begins by itself. */
const pauseMs = 400;

export function SearchBar({ session, connected }: { session: SessionClient; connected: boolean }) {
  const { search, record } = session;
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const back = useRef<{ seq: number; id: string } | null>(null);
  const visited = useRef(false);
  const chosen = search.chosen.value;
  const hits = search.hits.value;
  const index = chosen ? hits.indexOf(chosen) : -1;
  if (chosen) visited.current = true;

  useEffect(() => {
    const place = record.reader === null ? undefined : record.place;
    back.current = place ? { seq: place.since, id: place.id } : null;
    // What was typed before this was here.
    const { value } = search.query;
    input.current?.setSelectionRange(value.length, value.length);
    if (value !== '' && search.progress.value.kind === 'idle') search.run(value);
    return () => clearTimeout(timer.current);
  }, []);
  useEffect(() => {
    if (!chosen) input.current?.focus();
  }, [chosen]);

  const leave = () => {
    if (visited.current) {
      if (back.current) void session.openAt(back.current.seq, back.current.id);
      else session.toEnd();
    }
    search.close();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.isComposing) return;
    event.preventDefault();
    if (chosen) search.chosen.value = null;
    else leave();
  };
  // The list is beside the bar, so Escape there comes here too.
  useEffect(() => {
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  });
  const run = (query: string) => {
    clearTimeout(timer.current);
    search.run(query);
  };
  const step = (to: number) => {
    const hit = hits[to];
    if (hit) choose(session, hit);
  };
  return (
    <form
      class="search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        run(input.current?.value ?? '');
        input.current?.blur();
      }}
    >
      {chosen && (
        <IconButton
          icon="chevronLeft"
          name={strings.search.back}
          onClick={() => (search.chosen.value = null)}
        />
      )}
      <input
        ref={input}
        type="search"
        aria-label={strings.search.label}
        placeholder={strings.search.hint}
        maxLength={limits.searchChars}
        enterkeyhint="search"
        autocapitalize="off"
        autocomplete="off"
        spellcheck={false}
        defaultValue={search.query.value}
        disabled={!connected && hits.length === 0}
        onInput={(event) => {
          const { value } = event.currentTarget;
          clearTimeout(timer.current);
          search.cancel();
          timer.current = setTimeout(() => search.run(value), pauseMs);
        }}
      />
      {chosen && (
        <>
          <span class="fine" role="status">{`${index + 1}/${hits.length}`}</span>
          <IconButton
            icon="arrowUp"
            name={strings.search.older}
            disabled={index + 1 >= hits.length}
            onClick={() => step(index + 1)}
          />
          <IconButton
            icon="arrowDown"
            name={strings.search.newer}
            disabled={index <= 0}
            onClick={() => step(index - 1)}
          />
        </>
      )}
      <IconButton icon="close" name={strings.search.close} onClick={() => search.close()} />
    </form>
  );
}

function choose(session: SessionClient, hit: SearchHit): void {
  session.search.chosen.value = hit;
  void session.openAt(hit.seq, hit.item, true);
}

export function SearchResults({ session, connected }: { session: SessionClient; connected: boolean }) {
  const { search } = session;
  const hits = search.hits.value;
  const progress = search.progress.value;
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0 || !(event.currentTarget instanceof HTMLElement)) return;
    const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>('.hit')];
    const next = buttons[buttons.indexOf(document.activeElement as HTMLElement) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  };
  return (
    <div class="results" onKeyDown={onKeyDown}>
      <div class="found" role="status">
        <Status session={session} connected={connected} />
      </div>
      {progress.kind === 'running' && (
        <span
          class="bar"
          role="progressbar"
          aria-label={strings.search.label}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(100 * progress.share)}
        >
          <i style={{ width: `${100 * progress.share}%` }} />
        </span>
      )}
      {progress.kind === 'failed' && progress.error.code !== 'closed' && <ErrorNote error={progress.error} />}
      <ul>
        {hits.map((hit) => (
          <li key={hit.seq}>
            <button type="button" class="hit" onClick={() => choose(session, hit)}>
              <span class="fine">{when(hit.at)}</span>
              <span class="excerpt">
                {hit.excerpt.slice(0, hit.start)}
                <mark>{hit.excerpt.slice(hit.start, hit.end)}</mark>
                {hit.excerpt.slice(hit.end)}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {progress.kind === 'done' && progress.before !== null && (
        <button type="button" class="b quiet" onClick={() => search.more()}>
          {strings.search.more}
        </button>
      )}
    </div>
  );
}

function Status({ session, connected }: { session: SessionClient; connected: boolean }) {
  const { search } = session;
  const progress = search.progress.value;
  const found = search.hits.value.length;
  if (!connected && found === 0) return <>{strings.search.apart}</>;
  switch (progress.kind) {
    case 'idle':
      return null;
    case 'running':
      return (
        <>
          {[
            strings.search.running(Math.round(100 * progress.share)),
            ...(found > 0 ? [strings.search.found(found)] : []),
          ].join(' · ')}
          <button type="button" class="text" onClick={() => search.cancel()}>
            {strings.search.cancel}
          </button>
        </>
      );
    case 'done':
      return <>{found > 0 || progress.before !== null ? strings.search.found(found) : strings.search.none}</>;
    case 'failed':
      return (
        <>
          {progress.error.code === 'closed' ? strings.search.apart : strings.search.found(found)}
          <button type="button" class="text" onClick={() => search.run(search.query.value)}>
            {strings.search.again}
          </button>
        </>
      );
  }
}
