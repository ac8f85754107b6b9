/** The quiet items between messages: thoughts, plans, notices, summaries, and what this version does not know. */
import { useState } from 'preact/hooks';
import { visible } from '../../base/unseen.ts';
import type {
  CompactionItem,
  NoticeItem,
  PlanItem,
  ThoughtItem,
  UnknownItem,
} from '../../transcript/items.ts';
import { strings } from '../strings.ts';
import { exactText, prose } from './exact-text.ts';
import { Icon } from './icon.tsx';
import { LongText } from './long-text.tsx';

export function ThoughtView({ item, growing }: { item: ThoughtItem; growing: boolean }) {
  const seconds = Math.round((item.endedAt - item.startedAt) / 1000);
  const title = growing ? strings.thinking : seconds > 0 ? strings.thoughtFor(seconds) : strings.thought;
  return (
    <details class="thought">
      <summary>
        <Icon name="chevronRight" />
        {title}
      </summary>
      <p>
        <LongText text={prose(item.text.trim())} />
      </p>
    </details>
  );
}

const planIcons = { pending: undefined, in_progress: 'loading', completed: 'check' } as const;

export function PlanView({ item }: { item: PlanItem }) {
  const all = item.entries.length;
  const done = item.entries.filter((entry) => entry.status === 'completed').length;
  const current = item.entries.find((entry) => entry.status === 'in_progress');
  const next = current ?? item.entries.find((entry) => entry.status === 'pending');
  return (
    <details class="plan">
      <summary>
        <Icon name="chevronRight" />
        <span class="what">
          <b>{strings.planProgress(done, all)}</b> · {next ? visible(next.content) : strings.planDone}
        </span>
        <span
          class="bar"
          role="progressbar"
          aria-label={strings.plan}
          aria-valuemin={0}
          aria-valuemax={all}
          aria-valuenow={done}
        >
          <i style={{ width: `${all === 0 ? 0 : (100 * done) / all}%` }} />
        </span>
      </summary>
      <ol>
        {item.entries.map((entry, index) => {
          const icon = planIcons[entry.status];
          return (
            <li key={index} class={entry.status}>
              <span class="mark">{icon && <Icon name={icon} />}</span>
              <span>{visible(entry.content)}</span>
              <span class="hidden">{strings.planStatus[entry.status]}</span>
            </li>
          );
        })}
      </ol>
    </details>
  );
}

export function NoticeView({ item }: { item: NoticeItem }) {
  const icon = item.severity === 'info' ? 'info' : item.severity === 'warning' ? 'warning' : 'error';
  return (
    <div class={`notice ${item.severity}`}>
      <Icon name={icon} />
      <span>
        <b>{visible(strings.fromHost(item.title))}</b> {visible(strings.fromHost(item.description))}
      </span>
    </div>
  );
}

export function CompactionView({ item }: { item: CompactionItem }) {
  return (
    <details class="thought">
      <summary>
        <Icon name="chevronRight" />
        {strings.compaction[item.status]}
      </summary>
      <p>
        <LongText text={prose(item.error || item.summary)} />
      </p>
    </details>
  );
}

/** Kept visible, so that nobody wonders what is missing. */
export function UnknownView({ item }: { item: UnknownItem }) {
  const [open, setOpen] = useState(false);
  return (
    <div class="thought unknown">
      <button type="button" class="more" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name={open ? 'chevronDown' : 'chevronRight'} />
        {strings.unknownUpdate(visible(item.updateKind), item.count)}
      </button>
      {open && <pre tabindex={0}>{exactText(item.text)}</pre>}
    </div>
  );
}
