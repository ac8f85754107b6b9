/** The steps of a subagent under the call that started it: one line while folded, with what it does right now. */
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { visible } from '../../base/unseen.ts';
import type { Item } from '../../transcript/items.ts';
import { strings } from '../strings.ts';
import { Icon } from './icon.tsx';
import { shortTitle } from './words.ts';

/** Steps that are drawn with one tap. */
const step = 50;

export interface NestedStepsProps {
  items: readonly Item[];
  running: boolean;
  cwd: string;
  /** Something under it was looked for. */
  wanted: boolean;
  view(item: Item): ComponentChildren;
}

export function NestedSteps({ items, running, cwd, wanted, view }: NestedStepsProps) {
  const [open, setOpen] = useState(wanted);
  const [room, setRoom] = useState(step);
  useEffect(() => {
    if (!wanted) return;
    setOpen(true);
    setRoom(items.length);
  }, [wanted]);
  const last = items.findLast((item) => item.kind === 'tool');
  const words = running && last ? visible(shortTitle(last.title, cwd)) : undefined;
  const { steps, stepsRunning } = strings.transcript;
  const hidden = Math.max(0, items.length - room);
  return (
    <div class="nested">
      <button type="button" class="more" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name={open ? 'chevronDown' : 'chevronRight'} />
        <span class="what">
          {words === undefined ? steps(items.length) : stepsRunning(items.length, words)}
        </span>
      </button>
      {open && (
        <div class="steps">
          {hidden > 0 && (
            <button type="button" class="more" onClick={() => setRoom(room + step)}>
              {strings.transcript.earlierSteps(Math.min(step, hidden), hidden)}
            </button>
          )}
          {items.slice(hidden).map(view)}
        </div>
      )}
    </div>
  );
}
