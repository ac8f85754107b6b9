/** Where a message is written: files by `@`, drafts kept, Send and Stop. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { emptyDraft, fileTokenAt, insertFile, keepDraft, readDraft, toPrompt } from '../client/draft.ts';
import type { Draft, FileToken } from '../client/draft.ts';
import type { SessionClient } from '../client/session-client.ts';
import type { FilesResult } from '../../protocol/methods.ts';
import { strings } from '../strings.ts';
import { FileList } from './file-list.tsx';
import { Icon } from './icon.tsx';
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
}

interface Completion {
  token: FileToken;
  files: FilesResult['files'];
  active: number;
}

/** Rows grow with the text up to this height, then it scrolls. */
const maxHeight = 180;

export function Composer({ session, working, connected, locked, mayStop }: ComposerProps) {
  const { kind, keep, enterSends } = useSurface();
  const [draft, setDraft] = useState<Draft>(() => readDraft(keep, session.id));
  const [completion, setCompletion] = useState<Completion | undefined>();
  const box = useRef<HTMLTextAreaElement>(null);
  const asked = useRef(0);
  const caretNext = useRef<number | undefined>(undefined);

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
      setCompletion(undefined);
      return;
    }
    session.files(token.query).then(
      (files) => {
        // Only the newest question counts: answers may come late.
        if (turn === asked.current) setCompletion({ token, files, active: 0 });
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
    const file = completion?.files[index];
    if (!completion || !file) return;
    const inserted = insertFile(draft, completion.token, file);
    caretNext.current = inserted.caret;
    change(inserted.draft);
    close();
    box.current?.focus();
  };

  const send = () => {
    if (locked !== undefined || draft.text.trim() === '') return;
    session.prompt(toPrompt(draft));
    change(emptyDraft);
    close();
    box.current?.focus();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    // While an input method composes, Enter and arrows are its own (229: what old engines report then).
    if (event.isComposing || event.keyCode === 229) return;
    if (completion && completion.files.length > 0 && completionKey(event)) return;
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
    const count = completion.files.length;
    if (step !== 0) setCompletion({ ...completion, active: (completion.active + step + count) % count });
    else if (event.key === 'Enter' || event.key === 'Tab') choose(completion.active);
    else return false;
    event.preventDefault();
    return true;
  };

  const open = completion !== undefined;
  const listId = `files-${session.id}`;
  return (
    <div class="composer">
      {completion && (
        <FileList
          id={listId}
          files={completion.files}
          active={completion.active}
          onChoose={choose}
          onHover={(active) => setCompletion({ ...completion, active })}
        />
      )}
      {locked !== undefined && <p class="note">{locked}</p>}
      <div class="compose">
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
          aria-haspopup="listbox"
          aria-controls={open ? listId : undefined}
          aria-activedescendant={
            open && completion.files.length > 0 ? `${listId}-${completion.active}` : undefined
          }
          onInput={(event) => {
            const area = event.currentTarget;
            change({ ...draft, text: area.value });
            complete(area.value, area.selectionStart);
          }}
          onClick={(event) => complete(draft.text, event.currentTarget.selectionStart)}
          onBlur={close}
          onKeyDown={onKeyDown}
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
          disabled={locked !== undefined || draft.text.trim() === ''}
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
