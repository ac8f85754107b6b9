/** The commands that fit what is typed, above the composer: by keyboard from the text, or by touch. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { visible } from '../../base/unseen.ts';
import type { Command } from '../../transcript/commands.ts';
import { strings } from '../strings.ts';

export interface CommandListProps {
  id: string;
  commands: readonly Command[];
  active: number;
  onChoose(index: number): void;
  onHover(index: number): void;
}

export function CommandList({ id, commands, active, onChoose, onHover }: CommandListProps) {
  const list = useRef<HTMLUListElement>(null);
  useLayoutEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [active, commands]);
  return (
    <div class="files commands">
      <ul id={id} ref={list} role="listbox" aria-label={strings.commands.title}>
        {commands.map((command, index) => (
          <li
            key={command.name}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === active}
            aria-label={[`/${command.name}`, command.hint, command.description].filter(Boolean).join(', ')}
            onPointerEnter={(event) => {
              if (event.pointerType === 'mouse') onHover(index);
            }}
            // The text keeps the focus, so that a tap does not close the list before it counts.
            onPointerDown={(event) => event.preventDefault()}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onChoose(index)}
          >
            <span class="name">{visible(`/${command.name}`)}</span>
            {command.hint && <span class="hint">{visible(command.hint)}</span>}
            {command.description && <span class="in">{visible(command.description)}</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}
