/** Above the text: where files come from on a phone, and what goes with the message, each with how far it got. */
import { useEffect, useRef } from 'preact/hooks';
import { sentenceOf } from '../../base/error.ts';
import { visible } from '../../base/unseen.ts';
import { limits } from '../../protocol/limits.ts';
import { strings } from '../strings.ts';
import { ErrorNote } from '../views/error-note.tsx';
import { sizeOf } from '../views/block-view.tsx';
import { IconButton } from '../views/icon-button.tsx';
import { Icon } from '../views/icon.tsx';
import { errorWords } from '../views/words.ts';
import type { Upload } from './upload.ts';
import type { Uploads } from './uploads.ts';

export interface AttachBarProps {
  uploads: Uploads | null;
  menu: boolean;
  /** The one input for files. */
  input: { current: HTMLInputElement | null };
  onClose(): void;
  /** The button that had the focus is gone. */
  onRemoved(): void;
}

export function AttachBar({ uploads, menu, input, onClose, onRemoved }: AttachBarProps) {
  const draft = uploads?.draft.value ?? [];
  const refused = uploads?.refused.value ?? null;
  const blocked = draft.some(({ state }) => state.kind === 'failed' && !state.again);
  return (
    <div class="attach-bar">
      {menu && <Sources input={input} onClose={onClose} />}
      {uploads && draft.length > 0 && (
        <ul class="attach-list" aria-label={strings.attach.list}>
          {draft.map((upload) => (
            <Chip
              key={upload.id}
              upload={upload}
              onRemove={() => {
                uploads.remove(upload.id);
                onRemoved();
              }}
              onAgain={() => uploads.again(upload.id)}
            />
          ))}
        </ul>
      )}
      {blocked && (
        <p class="note" role="status">
          {strings.attach.blocked}
        </p>
      )}
      {refused && <ErrorNote error={refused} />}
    </div>
  );
}

const sources = [
  { source: 'camera', accept: 'image/*', capture: 'environment' },
  { source: 'photos', accept: 'image/*', capture: '' },
  { source: 'files', accept: '', capture: '' },
] as const;

/** A phone asks what the input says: its camera, its photos, or any file. */
function Sources({ input, onClose }: Pick<AttachBarProps, 'input' | 'onClose'>) {
  const group = useRef<HTMLDivElement>(null);
  useEffect(() => group.current?.querySelector('button')?.focus(), []);
  return (
    <div
      ref={group}
      class="sources"
      role="group"
      aria-label={strings.attach.button}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      {sources.map(({ source, accept, capture }) => (
        <button
          key={source}
          type="button"
          class="b"
          onClick={() => {
            const field = input.current;
            if (!field) return;
            field.accept = accept;
            field.multiple = capture === '';
            if (capture === '') field.removeAttribute('capture');
            else field.setAttribute('capture', capture);
            field.click();
          }}
        >
          {strings.attach[source]}
        </button>
      ))}
      <p class="note">{strings.attach.rules(limits.attachmentBytes / 1024 / 1024)}</p>
    </div>
  );
}

interface ChipProps {
  upload: Upload;
  onRemove(): void;
  onAgain(): void;
}

function Chip({ upload, onRemove, onAgain }: ChipProps) {
  const { state, preview } = upload;
  const name = visible(upload.name);
  const failed = state.kind === 'failed';
  return (
    <li class={failed ? 'attach-chip failed' : 'attach-chip'} data-state={state.kind}>
      {preview === undefined ? (
        <span class="thumb">
          <Icon name={failed ? 'warning' : 'file'} />
        </span>
      ) : (
        <img class="thumb" alt="" src={`data:image/jpeg;base64,${preview}`} />
      )}
      <span class="col">
        <span class="name">{name}</span>
        <span class="fine" role={failed ? 'alert' : undefined}>
          {failed ? sentenceOf(errorWords(state.error)) : `${sizeOf(upload.bytes)} · ${wordOf(upload)}`}
        </span>
        {state.kind === 'sending' && (
          <progress max={upload.bytes} value={state.have} aria-label={strings.attach.progress(name)} />
        )}
        {failed && state.again && (
          <button type="button" class="link" onClick={onAgain}>
            {strings.attach.again}
          </button>
        )}
      </span>
      <IconButton icon="close" name={strings.attach.remove(name)} onClick={onRemove} />
    </li>
  );
}

/** How far it got. */
export function wordOf({ state, bytes }: Upload): string {
  switch (state.kind) {
    case 'preparing':
      return strings.attach.preparing;
    case 'waiting':
      return strings.attach.waiting;
    case 'sending':
      return strings.attach.sending(Math.floor((100 * state.have) / Math.max(1, bytes)));
    case 'there':
      return strings.attach.there;
    case 'failed':
      return state.error.message;
  }
}
