/** What there is to know of a session in a list, and what can be done with all of it: rename, close, reopen, worktree. */
import type { TargetedSubmitEvent } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { visible } from '../../base/unseen.ts';
import { limits } from '../../protocol/limits.ts';
import { allows } from '../../protocol/methods.ts';
import type { HostClient } from '../client/host-client.ts';
import { actsOf, type SessionActs } from '../client/session-acts.ts';
import { strings } from '../strings.ts';
import { Ask } from './ask.tsx';
import { ErrorNote } from './error-note.tsx';
import { IconButton } from './icon-button.tsx';
import { ReopenChoice } from './reopen-choice.tsx';
import type { SessionFacts } from './session-view.tsx';
import { useFocusBack } from './use-focus-back.ts';

export interface SessionMoreProps {
  id: string;
  host: HostClient;
  session: SessionFacts;
  onOpen(session: string): void;
  onClose(): void;
}

type Step = 'choose' | 'rename' | 'close';

export function SessionMore({ id, host, session, onOpen, onClose }: SessionMoreProps) {
  const words = strings.sessionMore;
  const acts = actsOf(host);
  const [step, setStep] = useState<Step>('choose');
  const mayAct = allows(host.state.value?.you.scope ?? 'view', 'control');
  const busy = acts.busy.value.get(session.id);
  const failed = acts.failed.value?.session === session.id ? acts.failed.value : undefined;
  const dirty = failed?.error.code === 'worktree_dirty' ? failed.error : undefined;
  // One that was closed here just now is asked about there, where it can be opened again at once.
  const asked = acts.live.asked.value?.id === session.id && acts.closed.value?.id !== session.id;
  // The row goes with it: whether somebody still looks is the list's to know.
  const opened = (id: string | undefined) => {
    if (id !== undefined) onOpen(id);
  };
  const section = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    // What had the focus went with the step before.
    if (document.activeElement !== document.body || asked) return;
    section.current?.querySelector<HTMLElement>('button:not(:disabled)')?.focus();
  }, [step, dirty, busy, asked]);
  // Among those that are over it is folded again.
  const closeIt = async () => {
    setStep('choose');
    if (await acts.close(session)) onClose();
  };
  const back = () => {
    acts.letGo(session.id);
    if (asked) acts.live.leave();
    setStep('choose');
  };
  return (
    <section
      ref={section}
      id={id}
      class="session-more"
      aria-label={words.about(session.title)}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        if (step !== 'choose' || dirty || asked) back();
        else onClose();
      }}
    >
      <Facts session={session} />
      {!mayAct && <p class="note">{words.locked}</p>}
      {mayAct && step === 'rename' && (
        <Rename
          session={session}
          busy={busy !== undefined}
          onSave={async (name) => (await acts.rename(session.id, name)) && setStep('choose')}
          onBack={back}
        />
      )}
      {mayAct && step === 'close' && (
        <Ask
          question={words.closeBusy}
          back={words.keepOpen}
          act={words.closeDo}
          onBack={back}
          onAct={() => void closeIt()}
        />
      )}
      {mayAct && dirty && (
        <Ask
          question={[dirty.message, dirty.next].map(strings.fromHost).join('\n').trim()}
          back={words.keepWorktree}
          act={words.removeAnyway}
          onBack={back}
          onAct={() => void acts.removeWorktree(session.id, true)}
        />
      )}
      {mayAct && step === 'choose' && !dirty && !asked && (
        <Choose
          session={session}
          acts={acts}
          disabled={host.phase.value.kind !== 'ready' || busy !== undefined}
          onStep={setStep}
          onEnd={() => void closeIt()}
          onReopen={() => void acts.reopen(session.id).then(opened)}
        />
      )}
      {asked && <ReopenChoice host={host} id={session.id} onOpened={opened} />}
      {busy && (
        <p class="note" role="status">
          {words.busy[busy]}
        </p>
      )}
      {failed && !dirty && <ErrorNote error={failed.error} />}
    </section>
  );
}

function Facts({ session: { cwd, folder, worktree } }: { session: SessionFacts }) {
  const words = strings.sessionMore;
  const branch = worktree?.branch ?? folder?.branch;
  return (
    <dl class="kv">
      {worktree?.path !== cwd && (
        <>
          <dt>{words.folder}</dt>
          <dd>{visible(cwd)}</dd>
        </>
      )}
      {branch !== undefined && (
        <>
          <dt>{words.branch}</dt>
          <dd>{visible(branch)}</dd>
        </>
      )}
      {worktree && (
        <>
          <dt>{words.worktree}</dt>
          <dd>
            {visible(worktree.path)}
            {worktree.dirty && <span class="in warn">{words.dirty}</span>}
          </dd>
        </>
      )}
    </dl>
  );
}

interface ChooseProps {
  session: SessionFacts;
  acts: SessionActs;
  disabled: boolean;
  onStep(step: Step): void;
  onEnd(): void;
  onReopen(): void;
}

function Choose({ session, acts, disabled, onStep, onEnd, onReopen }: ChooseProps) {
  const words = strings.sessionMore;
  const over = session.state === 'ended';
  // What waits has been asked for by somebody, and what works was told to.
  const asks = session.state !== 'idle';
  return (
    <>
      <div class="row">
        {over ? (
          <button type="button" class="b small" disabled={disabled} onClick={onReopen}>
            {words.reopen}
          </button>
        ) : (
          <>
            <button type="button" class="b small" disabled={disabled} onClick={() => onStep('rename')}>
              {words.rename}
            </button>
            <button
              type="button"
              class="b small"
              disabled={disabled}
              onClick={() => (asks ? onStep('close') : onEnd())}
            >
              {words.close}
            </button>
          </>
        )}
        {session.worktree && over && (
          <button
            type="button"
            class="b small bad"
            disabled={disabled}
            onClick={() => void acts.removeWorktree(session.id, false)}
          >
            {words.removeWorktree}
          </button>
        )}
      </div>
      <p class="in">{over ? session.worktree && words.removeNext : words.closeNext}</p>
    </>
  );
}

interface RenameProps {
  session: SessionFacts;
  busy: boolean;
  onSave(name: string): void;
  onBack(): void;
}

function Rename({ session, busy, onSave, onBack }: RenameProps) {
  const words = strings.sessionMore;
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [name, setName] = useState(session.title);
  useLayoutEffect(() => input.current?.select(), []);
  const save = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (name.trim() !== '') onSave(name.trim());
  };
  return (
    <form class="stacked" onSubmit={save}>
      <div class="field">
        <label for={id}>{words.name}</label>
        <input
          ref={input}
          id={id}
          value={name}
          maxLength={limits.titleChars}
          autoComplete="off"
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </div>
      <div class="row">
        <button type="button" class="b small" onClick={onBack}>
          {strings.phone.cancel}
        </button>
        <button type="submit" class="b small p" disabled={busy || name.trim() === ''}>
          {words.save}
        </button>
      </div>
    </form>
  );
}

/** A session that was closed here just now, and the way back. */
export function ClosedNote({ host, onOpen }: { host: HostClient; onOpen: (session: string) => void }) {
  const acts = actsOf(host);
  const again = useRef<HTMLButtonElement>(null);
  const opened = (id: string | undefined) => {
    if (id !== undefined) onOpen(id);
  };
  const closed = acts.closed.value;
  const failed = acts.failed.value;
  useFocusBack(again, closed !== null && acts.live.asked.value?.id === closed.id);
  useLayoutEffect(() => {
    // What had the focus went with the session.
    if (closed && document.activeElement === document.body) again.current?.focus();
  }, [closed]);
  if (!closed) return null;
  return (
    <div class="closed-note">
      <div class="undo" role="status">
        <span class="what">{strings.sessionMore.closed(closed.title)}</span>
        <button
          ref={again}
          type="button"
          class="b small"
          disabled={acts.busy.value.has(closed.id)}
          onClick={() => void acts.reopen(closed.id).then(opened)}
        >
          {strings.sessionMore.reopen}
        </button>
        <IconButton icon="close" name={strings.dismiss} onClick={() => (acts.closed.value = null)} />
      </div>
      <ReopenChoice host={host} id={closed.id} onOpened={opened} />
      {failed?.session === closed.id && failed.act === 'reopen' && <ErrorNote error={failed.error} />}
    </div>
  );
}
