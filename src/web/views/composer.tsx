/** Where a message is written: files by `@`, commands by `/`, drafts kept, Send and Stop. */
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import {
  commandIn,
  commandsOf,
  pickerIn,
  remoteNames,
  remoteWish,
  type Command,
  type RemoteWish,
} from '../../transcript/commands.ts';
import { emptyDraft, followDraft, keepDraft, readDraft, toPrompt, type Draft } from '../client/draft.ts';
import type { SessionClient } from '../client/session-client.ts';
import { useAttach } from '../attach/use-attach.ts';
import { strings } from '../strings.ts';
import { CommandNote, type Note } from './command-note.tsx';
import { CompletionList } from './completion-list.tsx';
import { IconButton } from './icon-button.tsx';
import { late } from './late.tsx';
import { useSurface } from './surface.ts';
import { useCompletion } from './use-completion.ts';

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
  const box = useRef<HTMLTextAreaElement>(null);
  const newest = useRef(draft);
  newest.current = draft;
  const caretNext = useRef<number | undefined>(undefined);
  const [note, setNote] = useState<Note | null>(null);
  const hintId = useId();
  const attach = useAttach(session, locked === undefined, (text) => {
    // It comes late, when more may be written than when it was asked for.
    const now = newest.current;
    change({ ...now, text: [now.text, text].filter(Boolean).join('\n') });
  });
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
    // Beside Stop the lines are shorter.
  }, [draft.text, working]);

  // Two tabs have one draft: the one in which nobody writes shows what is written in the other.
  useEffect(
    () => followDraft(keep, session.id, (there) => !document.hasFocus() && setDraft(there)),
    [keep, session],
  );

  const change = (next: Draft) => {
    setDraft(next);
    keepDraft(keep, session.id, next);
  };

  const completing = useCompletion({
    ...{ session, commands, draft, box },
    onDraft(next, caret) {
      caretNext.current = caret;
      change(next);
    },
  });
  const { completion } = completing;

  const post = (sent: Draft) => {
    const text = sent.text.trim() === '' ? [] : toPrompt(sent);
    session.prompt([...text, ...attach.take()]);
    setNote(null);
    done(sent);
  };

  /** What was written in its place meanwhile stays. */
  const done = ({ text }: Draft) => {
    if (text === draft.text) change(emptyDraft);
    completing.close();
    box.current?.focus();
  };

  // With or without words beside what is attached.
  const ready = locked === undefined && !attach.blocked && (attach.any || draft.text.trim() !== '');

  const send = () => {
    if (!ready) return;
    const wish = onRemote && remoteWish(draft.text);
    const picker = pickerIn(draft.text, commands);
    if (wish && onRemote) {
      done(draft);
      onRemote(wish).then(
        (text) => setNote({ text }),
        () => setNote(null),
      );
    } else if (picker !== undefined) {
      setNote({ text: strings.commands.picker(picker), send: draft.text });
      completing.close();
    } else post(draft);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    // While an input method composes, Enter and arrows are its own (229: what old engines report then).
    if (event.isComposing || event.keyCode === 229) return;
    if (completing.press(event)) return;
    if (event.key === 'Enter' && !event.shiftKey && (enterSends || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      send();
    }
  };

  const open = completion !== undefined && completion.found.length > 0;
  const listId = `completions-${session.id}`;
  return (
    <div class="composer">
      {completion && (
        <CompletionList
          id={listId}
          completion={completion}
          onChoose={completing.choose}
          onHover={completing.hover}
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
        <IconButton
          ref={attacher}
          class="round attach"
          icon="attach"
          name={strings.attach.button}
          aria-expanded={kind === 'phone' ? attach.menu : undefined}
          disabled={locked !== undefined}
          onClick={() => (kind === 'phone' ? attach.setMenu(!attach.menu) : picker.current?.click())}
        />
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
            completing.look(area.value, area.selectionStart);
          }}
          onClick={(event) => completing.look(draft.text, event.currentTarget.selectionStart)}
          onBlur={completing.close}
          onKeyDown={onKeyDown}
          onPaste={(event) => {
            if (!isText(event.clipboardData) && attach.add(event.clipboardData?.files ?? []))
              event.preventDefault();
          }}
        />
        {working && (
          <IconButton
            class="round stop"
            icon="stop"
            name={strings.stop}
            disabled={!connected || !mayStop}
            onClick={() => session.cancel()}
          />
        )}
        <IconButton
          class="round send"
          icon="arrowUp"
          name={strings.send}
          disabled={!ready}
          // Keeps the keyboard of a phone open: focus stays in the text.
          onPointerDown={(event) => event.preventDefault()}
          onClick={send}
        />
      </div>
    </div>
  );
}

/** Out of word processors and spreadsheets comes a picture beside the text: the text is what is meant. */
function isText(clipboard: DataTransfer | null): boolean {
  return (clipboard?.types.includes('text/html') ?? false) && clipboard?.getData('text/plain') !== '';
}
