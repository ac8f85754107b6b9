/** @jsxImportSource react */
/** The conversation drawn in a terminal: what is over scrolls away, what lives stays at the bottom. */
import { Box, Static, Text, useInput, useStdout, type Key } from 'ink';
import { useEffect, useReducer, useState, type ReactElement } from 'react';
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
  const { stdout } = useStdout();
  useEffect(() => {
    const subscription = chat.onChange(redraw);
    return () => subscription.dispose();
  }, [chat]);

  const { transcript, status } = chat;
  const { items, questions, queue, turn, held, modes, commands } = transcript;
  const over = firstOpen(items, turn !== null);
  const question = questions[0];
  const choices = question ? choicesOf(question) : undefined;
  const pairing = status?.pairings[0];
  const names = commands.map(({ name }) => plainLine(name));
  const fitting = /^\/\S*$/.test(draft) ? names.filter((name) => name.startsWith(draft.slice(1))) : [];

  const send = (): void => {
    const text = draft.trim();
    setDraft('');
    if (text === '') return;
    if (question && choices?.kind === 'text') return chat.answer(question.questionId, choices.answer(text));
    chat.prompt(text);
  };

  const pressed = (input: string, key: Key): void => {
    if (key.escape || (key.ctrl && input === 'c')) {
      if (turn || question) chat.stop();
      else if (key.ctrl) quit();
      else setDraft('');
      return;
    }
    if (draft === '' && pairing && ['y', 'n', 'c'].includes(input))
      return chat.decidePairing(pairing.id, input !== 'n', input === 'c' ? 'control' : undefined);
    const chosen =
      draft === '' && question && choices?.kind === 'options' && choices.options[Number(input) - 1];
    if (chosen) return chat.answer(question.questionId, chosen.answer);
    if (key.return) return send();
    if (key.tab && key.shift) return nextMode(chat, modes);
    if (key.tab) return fitting[0] === undefined ? undefined : setDraft(`/${fitting[0]} `);
    if (key.ctrl && input === 'r') return chat.resumeQueue();
    const newest = queue.at(-1);
    if (key.ctrl && input === 'x') return newest && chat.removeQueued(newest.promptId);
    if (key.backspace || key.delete) return setDraft((text) => [...text].slice(0, -1).join(''));
    if (!key.ctrl && !key.meta && input !== '') setDraft((text) => text + input.replaceAll('\r', '\n'));
  };
  useInput(pressed);

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
