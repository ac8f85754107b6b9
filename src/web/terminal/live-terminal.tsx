/** The terminal of a tool call, inside of it: its last lines as they are now, and the way to all of it. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { HostClient } from '../client/host-client.ts';
import { Icon } from '../views/icon.tsx';
import { lastLines } from './last-lines.ts';
import { leaveModel, takeModel, type TerminalModel } from './model.ts';
import { words } from './words.ts';
import './sheet.ts';

/** As a tool's output that runs: output-view.tsx. */
const shownLines = 10;

export interface LiveTerminalProps {
  host: HostClient;
  id: string;
  onOpen(): void;
}

export function LiveTerminal({ host, id, onOpen }: LiveTerminalProps) {
  const said = words();
  const [model, setModel] = useState<TerminalModel | null>(null);
  useEffect(() => {
    setModel(takeModel(host, id));
    return () => leaveModel(host, id);
  }, []);
  const drawn = model?.drawn.value ?? 0;
  const lines = useMemo(() => (model ? lastLines(model.term, shownLines) : []), [model, drawn]);
  return (
    <div class="live-term">
      {lines.length > 0 && (
        <pre class="term" tabindex={0} aria-label={model?.row?.name}>
          {lines.map((pieces, line) => (
            <span class="drawn" key={line}>
              {pieces.map(({ text, className }, index) => (
                <span key={index} class={className}>
                  {text}
                </span>
              ))}
              {'\n'}
            </span>
          ))}
        </pre>
      )}
      <button type="button" class="more" onClick={onOpen}>
        <Icon name="terminal" />
        {said.openIt}
      </button>
    </div>
  );
}
