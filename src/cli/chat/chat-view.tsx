/** @jsxImportSource react */
/** The conversation drawn in a terminal: what is over scrolls away, what lives stays at the bottom. */
import { Box, Static, Text, useInput, useStdout, type Key } from 'ink';
import { useEffect, useReducer, useRef, useState, type ReactElement } from 'react';
import { plainLine } from '../../base/plain-text.ts';
import type { Item, QuestionItem } from '../../transcript/items.ts';
import type { Conversation } from './conversation.ts';
import { askedOf, linesOf, settled, type ItemLines } from './item-lines.ts';
import { choicesOf, type QuestionChoice } from './question-choices.ts';

const styles = {
  own: { bold: true },
  agent: {},
  quiet: { dimColor: true },
  warning: { color: 'yellow' },
} as const satisfies Record<ItemLines['tone'], object>;

export function ChatView({ chat, quit }: { chat: Conversation; quit: () => void }): ReactElement {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const [draft, setDraft] = useState('');
  // Keys that come faster than it is drawn find what was written so far.
  const written = useRef('');
  const write = (text: string): void => {
    written.current = text;
    setDraft(text);
  };
  const { stdout } = useStdout();
  useEffect(() => {
    const subscription = chat.onChange(redraw);
    return () => subscription.dispose();
  }, [chat]);

  const { transcript, status } = chat;
  const { items, questions, queue, turn, held } = transcript;
  const over = firstOpen(items, turn !== null);
  const question = questions[0];
  const choices = question ? choicesOf(question) : undefined;
  const pairing = status?.pairings[0];
  const fitting = commandsFor(chat, draft);

  const send = (): void => {
    const text = written.current.trim();
    write('');
    if (text === '') return;
    const asked = askedNow(chat);
    if (asked?.choices.kind === 'text') return chat.answer(asked.id, asked.choices.answer(text));
    chat.prompt(text);
  };

  const pressed = (input: string, key: Key): void => {
    const { transcript, status } = chat;
    const asked = askedNow(chat);
    const pairing = status?.pairings[0];
    if (key.escape || (key.ctrl && input === 'c')) {
      if (transcript.turn || asked) chat.stop();
      else if (key.ctrl) quit();
      else write('');
      return;
    }
    const draft = written.current;
    if (draft === '' && pairing && ['y', 'n', 'c'].includes(input))
      return chat.decidePairing(pairing.id, input !== 'n', input === 'c' ? 'control' : undefined);
    const chosen =
      draft === '' && asked?.choices.kind === 'options' && asked.choices.options[Number(input) - 1];
    if (chosen) return chat.answer(asked.id, chosen.answer);
    if (key.return) return send();
    if (key.tab && key.shift) return nextMode(chat, transcript.modes);
    if (key.tab) {
      const [first] = commandsFor(chat, draft);
      return first === undefined ? undefined : write(`/${first} `);
    }
    if (key.ctrl && input === 'r') return chat.resumeQueue();
    const newest = transcript.queue.at(-1);
    if (key.ctrl && input === 'x') return newest && chat.removeQueued(newest.promptId);
    if (key.backspace || key.delete) return write([...draft].slice(0, -1).join(''));
    if (!key.ctrl && !key.meta && input !== '') write(draft + input.replaceAll('\r', '\n'));
  };
  useInput((input, key) => {
    for (const one of keysIn(input, key)) pressed(one.input, one.key);
  });

  const live = items.slice(over).filter((item) => item !== question);
  const room = Math.max(6, (stdout.rows || 24) - 12);
  return (
    <>
      <Static items={items.slice(0, over)}>{(item) => <Lines key={item.id} item={item} />}</Static>
      <Box flexDirection="column">
        {live.map((item) => (
          <Lines key={item.id} item={item} room={room} />
        ))}
        {question && choices && <Asked question={question} choices={choices} />}
        {status?.invite && !pairing && (
          <Text dimColor>Pair a device with this link (once, within 5 minutes): {status.invite.url}</Text>
        )}
        {pairing && (
          <Text color="yellow">
            {plainLine(pairing.device)} wants to pair. If it shows {pairing.code.slice(0, 3)}{' '}
            {pairing.code.slice(3)} type y to allow, c with all rights, else n.
          </Text>
        )}
        {queue.map((item) => (
          <Text key={item.id} dimColor>
            waits: {plainLine(linesOf(item).text)}
          </Text>
        ))}
        {held && (
          <Text color="yellow">The queue is held by Stop. Ctrl-R goes on, Ctrl-X removes the last.</Text>
        )}
        {chat.failure !== '' && <Text color="red">{chat.failure}</Text>}
        {fitting.length > 0 && <Text dimColor>{fitting.map((name) => `/${name}`).join('  ')}</Text>}
        <Text>
          {'› '}
          {draft}
          <Text inverse> </Text>
        </Text>
        <Text dimColor>{statusLine(chat)}</Text>
      </Box>
    </>
  );
}

/**
 * Ink gives what was read at once as one key: text with keys in it comes apart here. A line feed within is of a pasted
 * text, one at its end is Enter.
 */
function keysIn(input: string, key: Key): { input: string; key: Key }[] {
  if (input.length < 2 || key.ctrl || key.meta) return [{ input, key }];
  return input.split(/(\t|\r$)/).flatMap((part) => {
    if (part === '') return [];
    const named = { ...key, tab: part === '\t', return: part === '\r' };
    return { input: named.tab || named.return ? '' : part, key: named };
  });
}

/** The question that an answer would go to. */
function askedNow({ transcript }: Conversation): { id: string; choices: QuestionChoice } | undefined {
  const [question] = transcript.questions;
  return question && { id: question.questionId, choices: choicesOf(question) };
}

/** Names of commands that begin like the draft. */
function commandsFor({ transcript }: Conversation, draft: string): string[] {
  if (!/^\/\S*$/.test(draft)) return [];
  const names = transcript.commands.map(({ name }) => plainLine(name));
  return names.filter((name) => name.startsWith(draft.slice(1)));
}

function Lines({ item, room }: { item: Item; room?: number }): ReactElement {
  const { text, tone } = linesOf(item);
  const shown = room === undefined ? text : text.split('\n').slice(-room).join('\n');
  return <Text {...styles[tone]}>{shown}</Text>;
}

function Asked({ question, choices }: { question: QuestionItem; choices: QuestionChoice }): ReactElement {
  return (
    <Box flexDirection="column">
      <Text color="yellow">? {askedOf(question)}</Text>
      {choices.kind === 'options' &&
        choices.options.map(({ label }, index) => (
          <Text key={label}>
            {'  '}
            {index + 1} {label}
          </Text>
        ))}
      {choices.kind === 'text' && <Text dimColor> {choices.label}: type it, then Enter</Text>}
      {choices.kind === 'elsewhere' && <Text dimColor> Several fields: answer on a phone. Esc stops.</Text>}
    </Box>
  );
}

/** Items before it do not change any more. */
function firstOpen(items: readonly Item[], working: boolean): number {
  const open = items.findIndex((item, index) => !settled(item, index === items.length - 1, working));
  return open === -1 ? items.length : open;
}

function nextMode(chat: Conversation, modes: Record<string, unknown> | null): void {
  const ids = ((modes?.['availableModes'] ?? []) as { id: string }[]).map(({ id }) => id);
  const next = ids[(ids.indexOf(String(modes?.['currentModeId'])) + 1) % ids.length];
  if (next !== undefined) chat.setMode(next);
}

function statusLine({ transcript, status, here }: Conversation): string {
  const online = status?.devices.filter((device) => device.online).length ?? 0;
  const { modes, turn, questions } = transcript;
  const agent = status?.agent;
  const activity = questions.length > 0 ? 'waits for you' : turn ? 'works, Esc stops' : 'idle';
  return [
    agent ? `${agent.name}${agent.demo ? ' (demo)' : ''}` : 'Offdesk',
    here ? activity : 'starting',
    modes ? `mode ${plainLine(modes['currentModeId'])}, Shift-Tab` : '',
    `remote control ${status?.state ?? 'starting'}, ${online} devices here`,
    'Ctrl-C quits',
  ]
    .filter(Boolean)
    .join(' · ');
}
