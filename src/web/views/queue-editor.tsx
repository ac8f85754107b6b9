/** A waiting prompt being written anew; when it begins meanwhile, what was written is kept. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { PromptBlock } from '../../protocol/facts.ts';
import { withText } from '../../transcript/queue-edit.ts';
import { strings } from '../strings.ts';

export interface QueueEditorProps {
  /** As it was when the editing began. */
  blocks: readonly PromptBlock[];
  /** As it is written so far: it outlives this view, which moves when the prompt begins. */
  text: string;
  /** It does not wait any more. */
  gone: boolean;
  /** Opened by the user; false for a text that came back while he may be writing elsewhere. */
  focus: boolean;
  onText(text: string): void;
  onSave(blocks: PromptBlock[]): void;
  onCancel(): void;
}

export function QueueEditor({ blocks, text, gone, focus, onText, onSave, onCancel }: QueueEditorProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    if (!focus) return;
    area.current?.focus();
    area.current?.setSelectionRange(text.length, text.length);
  }, []);
  const next = withText(blocks, text);
  const save = () => {
    if (next.length > 0) onSave(next);
  };
  return (
    <form
      class="queue-editor"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <textarea
        ref={area}
        rows={3}
        aria-label={strings.queueText}
        value={text}
        onInput={(event) => onText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.isComposing) return;
          if (event.key === 'Escape') onCancel();
          else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) save();
          else return;
          event.preventDefault();
        }}
      />
      {gone && (
        <p class="note warn" role="status">
          {strings.queueGone}
        </p>
      )}
      <div class="row">
        <button type="submit" class="b small p" disabled={next.length === 0}>
          {gone ? strings.queueSendNew : strings.queueSave}
        </button>
        <button type="button" class="b small" onClick={onCancel}>
          {gone ? strings.discard : strings.question.back}
        </button>
      </div>
    </form>
  );
}
