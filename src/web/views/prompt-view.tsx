/** A message of a person: its text, who sent it, and whether it got there. */
import type { ComponentChildren } from 'preact';
import type { ErrorShape } from '../../base/error.ts';
import { sentenceOf } from '../../base/error.ts';
import { attachmentIn, attachmentsIn } from '../../protocol/attachment-link.ts';
import type { PromptBlock } from '../../protocol/facts.ts';
import type { PromptItem } from '../../transcript/items.ts';
import { isNamed, mentionOf } from '../../transcript/mention.ts';
import type { OutboxEntry } from '../client/outbox.ts';
import { textOfBlocks } from '../../transcript/queue-edit.ts';
import { strings } from '../strings.ts';
import { Icon } from './icon.tsx';
import { late } from './late.tsx';
import { LongText } from './long-text.tsx';
import { useSurface } from './surface.ts';
import { nameOf, when } from './words.ts';

const AttachedView = late(async () => (await import('../attach/attached-view.tsx')).AttachedView);

const deliveries = {
  received: 'queued',
  running: 'taken',
  done: 'done',
  cancelled: 'cancelled',
  failed: 'failed',
  interrupted: 'interrupted',
  removed: 'removed',
} as const satisfies Record<PromptItem['state'], string>;

export interface PromptViewProps {
  item: PromptItem;
  /** This surface's own name; its messages need no "from". */
  own: boolean;
  onAgain?: (() => void) | undefined;
}

export function PromptView({ item, own, onAgain }: PromptViewProps) {
  const bad = item.state === 'failed' || item.state === 'interrupted';
  const state = strings.delivery[deliveries[item.state]];
  const who = own ? [] : [strings.from(nameOf(item.origin))];
  return (
    <Bubble blocks={item.blocks} waiting={item.state === 'received'}>
      <div class={bad ? 'by bad' : 'by'}>{[...who, when(item.at), state].join(' · ')}</div>
      {bad && item.message && <div class="by bad">{item.message}</div>}
      <div class="acts">{bad && onAgain && <TextButton onClick={onAgain} text={strings.sendAgain} />}</div>
    </Bubble>
  );
}

/** One that the computer has not confirmed. */
export function OutboxView(props: { entry: OutboxEntry; onAgain: () => void; onDiscard: () => void }) {
  const { entry, onAgain, onDiscard } = props;
  const { kind } = useSurface();
  const { herePhone, hereDesk, keptPhone, keptDesk } = strings.delivery;
  // Where the computer said why, it is not the connection that it waits for.
  const [phone, desk] = entry.error ? [keptPhone, keptDesk] : [herePhone, hereDesk];
  const files = entry.error === undefined && attachmentsIn(entry.prompt).length > 0;
  const here = files ? strings.delivery.withFiles : kind === 'phone' ? phone : desk;
  const state = { here, sent: strings.delivery.sent, refused: strings.delivery.refused }[entry.state];
  return (
    <Bubble blocks={entry.prompt} waiting={entry.state !== 'refused'}>
      <div class={entry.state === 'refused' ? 'by bad' : 'by'}>{`${when(entry.at)} · ${state}`}</div>
      {entry.error && <div class="by bad">{errorText(entry.error, entry.state === 'refused')}</div>}
      {entry.state !== 'sent' && (
        <div class="acts">
          {entry.state === 'refused' && <TextButton onClick={onAgain} text={strings.sendAgain} />}
          <TextButton onClick={onDiscard} text={strings.discard} />
        </div>
      )}
    </Bubble>
  );
}

const errorText = (error: ErrorShape, final: boolean) =>
  final ? sentenceOf(error) : `${error.message} ${strings.triedAgain}`;

function TextButton({ text, onClick }: { text: string; onClick: () => void }) {
  return (
    <button type="button" class="text" onClick={onClick}>
      {text}
    </button>
  );
}

export interface BubbleProps {
  blocks: readonly PromptBlock[];
  waiting: boolean;
  children: ComponentChildren;
}

export function Bubble({ blocks, waiting, children }: BubbleProps) {
  const attached = attachmentsIn(blocks);
  const links = blocks
    .filter((block) => block.type === 'resource_link' && !attachmentIn(block))
    .map((block) => String(block['name'] ?? ''));
  const text = textOfBlocks(blocks);
  const unnamed = links.filter((name) => !isNamed(text, name));
  return (
    <div class={waiting ? 'prompt waiting' : 'prompt'}>
      <div class="me">
        {marked(text, links)}
        {attached.length > 0 && <AttachedView files={attached} />}
        {unnamed.map((name) => (
          <span key={name} class="attached">
            <Icon name="file" /> {name}
          </span>
        ))}
      </div>
      {children}
    </div>
  );
}

/** The text with its chosen files set apart. */
function marked(text: string, files: string[]): ComponentChildren {
  const known = files.filter((name) => name !== '').map((name) => mentionOf(name));
  if (known.length === 0) return <LongText text={text} />;
  known.sort((a, b) => b.length - a.length);
  const escaped = known.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return text
    .split(new RegExp(`(${escaped.join('|')})`))
    .map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part));
}
