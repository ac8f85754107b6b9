/** @jsxImportSource react */
/** The conversation drawn in a terminal: what is over scrolls away, what lives stays at the bottom. */
import { Box, Static, Text, useInput, useStdout } from 'ink';
import { useEffect, useReducer, type ReactElement } from 'react';
import { plainLine } from '../../base/plain-text.ts';
import { toolCallOf } from '../../transcript/asked.ts';
import type { Conversation } from './conversation.ts';
import { entryLines, type Entry } from './entries.ts';
import type { Line, Tone } from './lines.ts';
import { pressesIn } from './press.ts';
import type { Printed } from './printed.ts';
import type { Screen } from './screen.ts';

const emphasis: Record<Tone, object> = {
  plain: {},
  own: { bold: true },
  quiet: { dimColor: true },
  chosen: { bold: true },
  warning: { bold: true },
  bad: { bold: true },
  added: {},
  removed: {},
};
const colours: Partial<Record<Tone, object>> = {
  warning: { color: 'yellow' },
  bad: { color: 'red' },
  added: { color: 'green' },
  removed: { color: 'red' },
  chosen: { color: 'cyan' },
};

/** All that `<Static>` asks of a list. */
function withHead(printed: Printed): ('head' | Entry)[] {
  const list = {
    length: printed.length + 1,
    slice: (from: number) => (from === 0 ? ['head', ...printed.slice(0)] : printed.slice(from - 1)),
  };
  return list as ('head' | Entry)[];
}

export interface ChatViewProps {
  chat: Conversation;
  screen: Screen;
  /** https://no-color.org: bold, dim and reversed text say it all. */
  coloured: boolean;
  /** How often all of it was drawn anew. */
  drawn: number;
}

export function ChatView({ chat, screen, coloured, drawn }: ChatViewProps): ReactElement {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const { stdout, write } = useStdout();
  useEffect(() => {
    const subscriptions = [chat.onChange(redraw), screen.onChange(redraw)];
    return () => subscriptions.forEach((one) => one.dispose());
  }, [chat, screen]);
  useInput((input, key) => {
    for (const press of pressesIn(input, key)) screen.press(press);
  });
  const invite = chat.status?.invite?.url;
  useEffect(() => {
    // As one line of the terminal's own, so that it is copied and clicked whole.
    if (invite !== undefined)
      write(`Pair a device with this link (once, within 5 minutes):\n${plainLine(invite)}\n`);
  }, [invite, drawn, write]);

  const { questions } = chat.transcript;
  const { printed, live } = chat.window;
  const cells = (stdout.columns || 80) - 1;
  const asked = questions[0] && toolCallOf(questions[0]);
  const shown = live.filter((entry) => !('item' in entry) || entry.item !== questions[0]);
  const lines = screen.lines(
    cells,
    (stdout.rows || 24) - 1,
    shown.flatMap((entry) => entryLines(entry, cells, asked)),
  );
  return (
    <>
      <Static
        key={`${chat.generation}.${drawn}`}
        items={chat.generation + drawn === 0 ? [] : withHead(printed)}
      >
        {(entry) =>
          entry === 'head' ? (
            <Text key="head" bold>
              Offdesk
            </Text>
          ) : (
            <Lines key={entry.id} lines={entryLines(entry, cells)} coloured={coloured} />
          )
        }
      </Static>
      <Box flexDirection="column">
        {lines.map((line, index) => (
          <Lines key={index} lines={[line]} coloured={coloured} />
        ))}
      </Box>
    </>
  );
}

function Lines({ lines, coloured }: { lines: readonly Line[]; coloured: boolean }): ReactElement {
  return (
    <Box flexDirection="column">
      {groupsOf(lines).map(({ line, text }, index) => {
        const style = { ...emphasis[line.tone], ...(coloured ? colours[line.tone] : {}) };
        const { from, to } = line.place ?? { from: 0, to: 0 };
        return (
          <Text key={index} {...style}>
            {text.slice(0, from)}
            {line.place && <Text inverse>{text.slice(from, to)}</Text>}
            {text.slice(to) || (line.place ? '' : ' ')}
          </Text>
        );
      })}
    </Box>
  );
}

/** Neighbours of one tone are drawn as one: a long text is thousands of lines. */
function groupsOf(lines: readonly Line[]): { line: Line; text: string }[] {
  const groups: { line: Line; text: string }[] = [];
  for (const line of lines) {
    const last = groups.at(-1);
    if (last && !last.line.place && !line.place && last.line.tone === line.tone)
      last.text += `\n${line.text}`;
    else groups.push({ line, text: line.text });
  }
  return groups;
}
