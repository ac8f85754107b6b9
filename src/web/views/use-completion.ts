/** What `@` and `/` offer while a message is written: asked for at each letter, chosen by keys or touch. */
import { useRef, useState } from 'preact/hooks';
import { limits } from '../../protocol/limits.ts';
import type { FilesResult } from '../../protocol/methods.ts';
import { commandQueryAt, matchCommands, type Command } from '../../transcript/commands.ts';
import { fileTokenAt, type FileToken } from '../../transcript/mention.ts';
import { insertFile, type Draft } from '../client/draft.ts';
import type { SessionClient } from '../client/session-client.ts';

export type Completion =
  | { kind: 'files'; token: FileToken; found: FilesResult['files']; active: number }
  | { kind: 'commands'; found: readonly Command[]; active: number };

export interface CompletionOptions {
  session: SessionClient;
  commands: readonly Command[];
  draft: Draft;
  box: { current: HTMLTextAreaElement | null };
  /** `caret`: where it shall stand in the new text. */
  onDraft(draft: Draft, caret: number): void;
}

export function useCompletion({ session, commands, draft, box, onDraft }: CompletionOptions) {
  const [completion, setCompletion] = useState<Completion | undefined>();
  const asked = useRef(0);

  const look = (text: string, caret: number): void => {
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

  const close = (): void => {
    asked.current++;
    setCompletion(undefined);
  };

  const choose = (index: number): void => {
    if (!completion?.found[index]) return;
    if (completion.kind === 'files') {
      // What was typed since this list was asked for belongs to the name, too.
      const written = fileTokenAt(draft.text, box.current?.selectionStart ?? draft.text.length);
      const inserted = insertFile(draft, written ?? completion.token, completion.found[index]);
      onDraft(inserted.draft, inserted.caret);
      // On with what is in it.
      if (completion.found[index].kind === 'folder') look(inserted.draft.text, inserted.caret);
      else close();
    } else {
      const text = `/${completion.found[index].name} `;
      onDraft({ ...draft, text }, text.length);
      close();
    }
    box.current?.focus();
  };

  /** True when the list used the key. */
  const press = (event: KeyboardEvent): boolean => {
    if (!completion) return false;
    if (event.key === 'Escape') close();
    else if (completion.found.length === 0 || !inList(completion, event)) return false;
    event.preventDefault();
    return true;
  };

  const inList = (list: Completion, { key, shiftKey }: KeyboardEvent): boolean => {
    const step = key === 'ArrowDown' ? 1 : key === 'ArrowUp' ? -1 : 0;
    const count = list.found.length;
    if (step !== 0) setCompletion({ ...list, active: (list.active + step + count) % count });
    else if (key === 'Tab') choose(list.active);
    else if (key === 'Enter' && !shiftKey && !isWritten(list, draft.text)) choose(list.active);
    else return false;
    return true;
  };

  return {
    completion,
    look,
    close,
    choose,
    press,
    hover: (active: number) => completion && setCompletion({ ...completion, active }),
  };
}

/** A command that stands there already is sent, not completed once more. */
function isWritten({ kind, found, active }: Completion, text: string): boolean {
  return kind === 'commands' && active === 0 && text === `/${found[0]?.name}`;
}
