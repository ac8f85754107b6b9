/** One waiting prompt with what can be done to it; stopping the running turn for it is asked first. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { PromptItem } from '../../transcript/items.ts';
import { wordsOfBlocks } from '../../transcript/queue-edit.ts';
import { strings } from '../strings.ts';
import { IconButton } from './icon-button.tsx';
import type { IconName } from './icon.tsx';
import { Bubble } from './prompt-view.tsx';
import { nameOf, when } from './words.ts';

export interface QueueItemProps {
  item: PromptItem;
  own: boolean;
  /** A turn runs, which "send now" ends. */
  stops: boolean;
  /** What was asked for and not answered yet. */
  busy: 'removing' | 'now' | 'saving' | 'moving' | null;
  /** Null where nothing may be changed; `up` and `down` undefined at the ends. */
  act: QueueActs | null;
}

export interface QueueActs {
  edit(): void;
  up: (() => void) | undefined;
  down: (() => void) | undefined;
  now(): void;
  remove(): void;
}

export function QueueItem({ item, own, stops, busy, act }: QueueItemProps) {
  const [asking, setAsking] = useState(false);
  const confirm = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    if (asking) confirm.current?.focus();
  }, [asking]);
  const text = wordsOfBlocks(item.blocks).slice(0, 60);
  const state = busy ? strings.queueBusy[busy] : strings.delivery.queued;
  const who = own ? [] : [strings.from(nameOf(item.origin))];
  const { edit, up, down, now, remove } = act ?? {};
  return (
    <Bubble blocks={item.blocks} waiting>
      <div class="by">{[...who, when(item.at), state].join(' · ')}</div>
      {act && asking && (
        <div class="confirm" role="group" aria-label={strings.queueNow(text)}>
          <p class="note">{strings.queueNowAsk}</p>
          <div class="row">
            <button
              ref={confirm}
              type="button"
              class="b small"
              onClick={() => {
                setAsking(false);
                now?.();
              }}
            >
              {strings.queueNowDo}
            </button>
            <button type="button" class="b small" onClick={() => setAsking(false)}>
              {strings.question.back}
            </button>
          </div>
        </div>
      )}
      {act && !asking && busy !== 'removing' && (
        <div class="queue-acts" role="group" aria-label={strings.queueActs(text)}>
          <Act act="up" icon="arrowUp" name={strings.queueUp(text)} onClick={up} />
          <Act act="down" icon="arrowDown" name={strings.queueDown(text)} onClick={down} />
          <Act act="edit" icon="pencil" name={strings.queueEdit(text)} onClick={edit} />
          <Act
            act="now"
            icon="play"
            name={strings.queueNow(text)}
            onClick={() => (stops ? setAsking(true) : now?.())}
          />
          <Act act="remove" icon="trash" name={strings.queueRemove(text)} onClick={remove} />
        </div>
      )}
    </Bubble>
  );
}

interface ActProps {
  act: keyof QueueActs;
  icon: IconName;
  name: string;
  onClick: (() => void) | undefined;
}

function Act({ act, icon, name, onClick }: ActProps) {
  return (
    <IconButton
      data-act={act}
      icon={icon}
      name={name}
      // Not `disabled`: the focus stays on it when a prompt has come to the end.
      aria-disabled={onClick === undefined}
      onClick={onClick}
    />
  );
}
