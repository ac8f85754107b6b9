/** What the composer knows of attachments: how files come in, what goes with the message, and whether it can go yet. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { PromptBlock } from '../../protocol/facts.ts';
import type { SessionClient } from '../client/session-client.ts';
import { forgetShared, shared } from './shared.ts';
import type { Upload } from './upload.ts';

const none: readonly Upload[] = [];

/** `onText`: words that another app shared with what is attached. */
export function useAttach(session: SessionClient, allowed: boolean, onText: (text: string) => void) {
  const { uploads } = session;
  const [menu, setMenu] = useState(false);
  const [dropping, setDropping] = useState(false);
  const [failed, setFailed] = useState(false);
  const loaded = uploads.now.value;
  const draft = loaded?.draft.value ?? none;
  const current = useRef<(files: Iterable<File>) => boolean>(() => false);

  /** False where there is none, so that a paste of text goes on. */
  const add = (files: Iterable<File>): boolean => {
    const list = [...files].map((file) => ({ blob: file, name: file.name }));
    if (list.length === 0 || !allowed) return false;
    setMenu(false);
    setFailed(false);
    uploads.load().then(
      (now) => void now.add(list),
      () => setFailed(true),
    );
    return true;
  };
  current.current = add;

  useEffect(() => {
    if (!allowed) return;
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      setDropping(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setDropping(false);
    };
    const drop = (event: DragEvent) => {
      setDropping(false);
      if (current.current(event.dataTransfer?.files ?? [])) event.preventDefault();
    };
    document.addEventListener('dragover', over);
    document.addEventListener('dragleave', leave);
    document.addEventListener('drop', drop);
    return () => {
      document.removeEventListener('dragover', over);
      document.removeEventListener('dragleave', leave);
      document.removeEventListener('drop', drop);
    };
  }, [allowed]);

  const came = shared.value;
  useEffect(() => {
    if (!came || !allowed) return;
    uploads.load().then(
      (now) => {
        if (shared.value !== came) return;
        shared.value = null;
        if (came.text !== '') onText(came.text);
        void now.add(came.files).then(forgetShared);
      },
      () => setFailed(true),
    );
  }, [came, allowed, session]);

  return {
    add,
    menu,
    setMenu,
    dropping,
    failed,
    loaded,
    any: draft.length > 0,
    /** Something is to be shown of it. */
    shown: menu || draft.length > 0 || (loaded?.refused.value ?? null) !== null,
    /** What does not go with the message must not be left out unnoticed. */
    blocked: draft.some(
      ({ state }) => state.kind === 'preparing' || (state.kind === 'failed' && !state.again),
    ),
    take: (): PromptBlock[] => loaded?.take() ?? [],
  };
}
