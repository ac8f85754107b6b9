/** Where a message is written: files by `@`, commands by `/`, drafts kept, Send and Stop. */
import { useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import {
  commandIn,
  commandQueryAt,
  commandsOf,
  matchCommands,
  pickerIn,
  remoteNames,
  remoteWish,
  type Command,
  type RemoteWish,
} from '../../transcript/commands.ts';
import { fileTokenAt, type FileToken } from '../../transcript/mention.ts';
import { emptyDraft, insertFile, keepDraft, readDraft, toPrompt, type Draft } from '../client/draft.ts';
import type { SessionClient } from '../client/session-client.ts';
import { limits } from '../../protocol/limits.ts';
import type { FilesResult } from '../../protocol/methods.ts';
import { useAttach } from '../attach/use-attach.ts';
import { strings } from '../strings.ts';
import { CommandList } from './command-list.tsx';
import { CommandNote, type Note } from './command-note.tsx';
import { FileList } from './file-list.tsx';
import { Icon } from './icon.tsx';
import { late } from './late.tsx';
import { useSurface } from './surface.ts';

export interface ComposerProps {
  session: SessionClient;
  /** The agent works on a turn. */
  working: boolean;
  /** There is a connection, so Stop reaches the computer. */
  connected: boolean;
  /** Why nothing can be written here; undefined when it can. */
  locked?: string | undefined;
  mayStop: boolean;
  /** Does what `/remote-control` asks for, and says what came of it. */
  onRemote?: ((wish: RemoteWish) => Promise<string>) | undefined;
}

type Completion =
  | { kind: 'files'; token: FileToken; found: FilesResult['files']; active: number }
  | { kind: 'commands'; found: readonly Command[]; active: number };

const ownCommands = (): Command[] =>
  remoteNames.map((name) => ({
    ...{ name, description: strings.commands.remote, hint: strings.commands.remoteHint, own: true },
  }));

const AttachBar = late(async () => (await import('../attach/attach-bar.tsx')).AttachBar);

/** Rows grow with the text up to this height, then it scrolls. */
const maxHeight = 180;

export function Composer({ session, working, connected, locked, mayStop, onRemote }: ComposerProps) {
  const { kind, keep, enterSends } = useSurface();
  const [draft, setDraft] = useState<Draft>(() => readDraft(keep, session.id));
  const [completion, setCompletion] = useState<Completion | undefined>();
  const box = useRef<HTMLTextAreaElement>(null);
  const asked = useRef(0);
  const caretNext = useRef<number | undefined>(undefined);
  const [note, setNote] = useState<Note | null>(null);
  const hintId = useId();
  const attach = useAttach(session, locked === undefined, (text) =>
    change({ ...draft, text: [draft.text, text].filter(Boolean).join('\n') }),
  );
  const picker = useRef<HTMLInputElement>(null);
  const attacher = useRef<HTMLButtonElement>(null);
  const available = session.record.present.value.commands;
  const commands = useMemo(
    () => commandsOf(available, onRemote ? ownCommands() : []),
    [available, !onRemote],
  );
  const typed = commandIn(draft.text, commands);
  // Once the name is written, and as long as nothing follows.
  const hint = typed && typed.rest === '' && /\s$/.test(draft.text) ? typed.command.hint : '';

  useLayoutEffect(() => {
    const area = box.current;
    if (!area) return;
    area.style.height = 'auto';
    area.style.height = `${Math.min(area.scrollHeight, maxHeight)}px`;
    if (caretNext.current === undefined) return;
    area.setSelectionRange(caretNext.current, caretNext.current);
    caretNext.current = undefined;
  }, [draft.text]);

  const change = (next: Draft) => {
    setDraft(next);
    keepDraft(keep, session.id, next);
  };

  const complete = (text: string, caret: number) => {
    const token = fileTokenAt(text, caret);
    const turn = ++asked.current;
    if (!token) {
      const query = commandQueryAt(text, caret);
      const found = query === undefined ? [] : matchCommands(commands, query, limits.completions);
      setCompletion(found.length > 0 ? { kind: 'commands', found, active: 0 } : undefined);
      return;
    }
    session.files(token.query).then(
      (files) => {
        // Only the newest question counts: answers may come late.
        if (turn !== asked.current) return;
        // A folder that stands there already is not chosen once more.
        const found = files.filter(({ path }) => path !== token.query);
        setCompletion({ kind: 'files', token, found, active: 0 });
      },
      () => {
        if (turn === asked.current) setCompletion(undefined);
      },
    );
  };

  const close = () => {
    asked.current++;
    setCompletion(undefined);
  };

  const choose = (index: number) => {
    if (!completion?.found[index]) return;
    if (completion.kind === 'files') {
      // What was typed since this list was asked for belongs to the name, too.
      const written = fileTokenAt(draft.text, box.current?.selectionStart ?? draft.text.length);
      const inserted = insertFile(draft, written ?? completion.token, completion.found[index]);
      caretNext.current = inserted.caret;
      change(inserted.draft);
      if (completion.found[index].kind === 'folder') {
        // On with what is in it.
        complete(inserted.draft.text, inserted.caret);
        box.current?.focus();
        return;
      }
    } else {
      const text = `/${completion.found[index].name} `;
      caretNext.current = text.length;
      change({ ...draft, text });
    }
    close();
    box.current?.focus();
  };

  const post = (sent: Draft) => {
    const text = sent.text.trim() === '' ? [] : toPrompt(sent);
    session.prompt([...text, ...attach.take()]);
    setNote(null);
    done();
  };

  const done = () => {
    change(emptyDraft);
    close();
    box.current?.focus();
  };

  // With or without words beside what is attached.
  const ready = locked === undefined && !attach.blocked && (attach.any || draft.text.trim() !== '');

  const send = () => {
    if (!ready) return;
    const wish = onRemote && remoteWish(draft.text);
    const picker = pickerIn(draft.text, commands);
    if (wish && onRemote) {
      done();
      onRemote(wish).then(
        (text) => setNote({ text }),
        () => setNote(null),
      );
    } else if (picker !== undefined) {
      setNote({ text: strings.commands.picker(picker), send: draft.text });
      close();
    } else post(draft);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    // While an input method composes, Enter and arrows are its own (229: what old engines report then).
    if (event.isComposing || event.keyCode === 229) return;
    if (completion && completion.found.length > 0 && completionKey(event)) return;
    if (event.key === 'Escape' && completion) {
      event.preventDefault();
      close();
    } else if (event.key === 'Enter' && !event.shiftKey && (enterSends || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      send();
    }
  };

  /** True when the list of files used the key. */
  const completionKey = (event: KeyboardEvent): boolean => {
    if (!completion) return false;
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const count = completion.found.length;
    // A command that stands there already is sent, not completed once more.
    const first = completion.kind === 'commands' ? completion.found[0] : undefined;
    if (event.key === 'Enter' && completion.active === 0 && first && draft.text === `/${first.name}`)
      return false;
    if (event.key === 'Enter' && event.shiftKey) return false;
    if (step !== 0) setCompletion({ ...completion, active: (completion.active + step + count) % count });
    else if (event.key === 'Enter' || event.key === 'Tab') choose(completion.active);
    else return false;
    event.preventDefault();
    return true;
  };

  const open = completion !== undefined && completion.found.length > 0;
  const listId = `completions-${session.id}`;
  const onHover = (active: number) => completion && setCompletion({ ...completion, active });
  return (
    <div class="composer">
      {completion?.kind === 'files' && (
        <FileList
          id={listId}
          files={completion.found}
          active={completion.active}
          onChoose={choose}
          onHover={onHover}
        />
      )}
      {completion?.kind === 'commands' && (
        <CommandList
          id={listId}
          commands={completion.found}
          active={completion.active}
          onChoose={choose}
          onHover={onHover}
        />
      )}
      {note && (
        <CommandNote
          note={note}
          onSend={() => post({ ...draft, text: note.send ?? draft.text })}
          onClose={() => {
            setNote(null);
            box.current?.focus();
          }}
        />
      )}
      <p class={hint ? 'note' : 'hidden'} id={hintId} aria-live="polite">
        {hint && `/${typed?.command.name} ${hint}`}
      </p>
      {locked !== undefined && <p class="note">{locked}</p>}
      {attach.shown && (
        <AttachBar
          uploads={attach.loaded}
          menu={attach.menu}
          input={picker}
          onRemoved={() => (enterSends ? box : attacher).current?.focus()}
          onClose={() => {
            attach.setMenu(false);
            attacher.current?.focus();
          }}
        />
      )}
      {attach.failed && <p class="note warn">{strings.lateFailed.message}</p>}
      <div class={attach.dropping ? 'compose dropping' : 'compose'}>
        <button
          ref={attacher}
          type="button"
          class="round attach"
          aria-label={strings.attach.button}
          title={strings.attach.button}
          aria-expanded={kind === 'phone' ? attach.menu : undefined}
          disabled={locked !== undefined}
          onClick={() => (kind === 'phone' ? attach.setMenu(!attach.menu) : picker.current?.click())}
        >
          <Icon name="attach" />
        </button>
        <input
          ref={picker}
          type="file"
          class="hidden"
          multiple
          tabIndex={-1}
          aria-hidden="true"
          onChange={(event) => {
            attach.add(event.currentTarget.files ?? []);
            event.currentTarget.value = '';
            // On a phone it would open the keyboard over what was chosen.
            if (enterSends) box.current?.focus();
          }}
        />
        <textarea
          ref={box}
          rows={1}
          aria-label={strings.message}
          placeholder={kind === 'desk' ? strings.messageHintDesk : strings.message}
          value={draft.text}
          disabled={locked !== undefined}
          enterkeyhint={enterSends ? 'send' : 'enter'}
          autocapitalize="sentences"
          // Stays a plain textbox for assistive tools and tests; the list is announced by these.
          aria-autocomplete="list"
          aria-describedby={hintId}
          aria-haspopup="listbox"
          aria-controls={open ? listId : undefined}
          aria-activedescendant={open ? `${listId}-${completion.active}` : undefined}
          onInput={(event) => {
            const area = event.currentTarget;
            change({ ...draft, text: area.value });
            complete(area.value, area.selectionStart);
          }}
          onClick={(event) => complete(draft.text, event.currentTarget.selectionStart)}
          onBlur={close}
          onKeyDown={onKeyDown}
          onPaste={(event) => {
            if (attach.add(event.clipboardData?.files ?? [])) event.preventDefault();
          }}
        />
        {working && (
          <button
            type="button"
            class="round stop"
            aria-label={strings.stop}
            title={strings.stop}
            disabled={!connected || !mayStop}
            onClick={() => session.cancel()}
          >
            <Icon name="stop" />
          </button>
        )}
        <button
          type="button"
          class="round send"
          aria-label={strings.send}
          title={strings.send}
          disabled={!ready}
          // Keeps the keyboard of a phone open: focus stays in the text.
          onPointerDown={(event) => event.preventDefault()}
          onClick={send}
        >
          <Icon name="arrowUp" />
        </button>
      </div>
    </div>
  );
}
