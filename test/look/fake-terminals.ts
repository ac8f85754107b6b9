/** Terminals for the eye: a shell with colours and links, an editor of another size, one that has ended, an agent's. */
import type { Fact } from '../../src/protocol/facts.ts';
import { methods } from '../../src/protocol/methods.ts';
import type { TerminalRow, TerminalScreen } from '../../src/protocol/terminals.ts';
import { phone, Script } from './facts.script.ts';

const place = { cwd: '/work/api-gateway', cols: 44, rows: 30, sizedBy: null };

/** Their names lead to them in the list. */
export const terminals: TerminalRow[] = [
  { ...place, id: 't1', name: 'bash', running: true },
  { ...place, id: 't2', name: 'vim notes.txt', cols: 100, rows: 36, sizedBy: 'the desk', running: true },
  { ...place, id: 't3', name: 'make check', running: false, exitCode: 2 },
  { ...place, id: 't4', name: 'npm test', running: true, session: 's1', agent: true, tool: 'run' },
  { ...place, id: 't5', name: 'sleep 300', running: true, unread: true },
];

const colours = [1, 2, 3, 4, 5, 6, 7, 0];
const sgr = (codes: string, text: string) => `\u001b[${codes}m${text}\u001b[0m`;
const shell = [
  `${sgr('1;32', 'me@studio-mac')}:${sgr('1;34', '/work/api-gateway')}$ ls --color`,
  `${sgr('1;34', 'docs')}  ${sgr('1;34', 'src')}  ${sgr('1;34', 'test')}  package.json  ${sgr('1;32', 'run.sh')}`,
  ...colours.map(
    (n) => `${sgr(`3${n}`, `colour ${n}`)} ${sgr(`9${n}`, 'bright')} ${sgr(`4${n}`, ' ground ')}`,
  ),
  `${sgr('4', 'underlined')} ${sgr('7', 'inverse')} ${sgr('38;2;214;90;20', 'true colour')} ${sgr('3', 'italic')} 漢字`,
  'See https://docs.example.org/middleware.',
  'or https://example.org/a/long/one/that-goes-on-over-the-end/of-its-line?x=1',
  `and ${'\u001b]8;;https://hidden.example.net/\u0007'}a link with another name${'\u001b]8;;\u0007'}`,
  `${sgr('1;32', 'me@studio-mac')}:${sgr('1;34', '/work/api-gateway')}$ `,
].join('\r\n');

const lines = Array.from({ length: 60 }, (_, n) => `earlier line ${n + 1}`).join('\r\n');
const vim = `\u001b[?1049h\u001b[H${Array.from({ length: 35 }, (_, n) => `${sgr('33', String(n + 1).padStart(3))} note ${n + 1}, which is as long as a line of notes may be`).join('\r\n')}\r\n${sgr('7', ' notes.txt [+]')}`;
const failed = `${sgr('31', 'not ok 3')} - a stale token is refused\r\nmake: *** [check] Error 2\r\n`;

const screens: Record<string, string> = {
  t1: `${lines}\r\n${shell}`,
  t2: vim,
  t3: failed,
  t5: 'pasted\r\n',
  t4: `${sgr('32', '✓')} 18 billing\r\n${sgr('32', '✓')} 22 orders\r\n${sgr('31', '✗')} a stale token\r\n`,
};

/** Of an `_offdesk/terminal/…` request; undefined for others. */
export function terminalAnswer(method: string, params: object): object | undefined {
  const { id = '' } = params as { id?: string };
  const row = terminals.find((one) => one.id === id);
  if (method !== methods.terminal.attach || !row) return undefined;
  const screen: TerminalScreen = { at: 100, cols: row.cols, rows: row.rows, screen: screens[id] ?? '' };
  return screen;
}

/** A conversation whose agent runs its command in one of them. */
export function running(): Fact[] {
  const script = new Script().ready().turn('p1', 'Run the tests', phone).say('I run them.');
  const content = [{ type: 'terminal', terminalId: 't4' }];
  return script.tool({ toolCallId: 'run', title: 'npm test', kind: 'execute', content }, 'in_progress').facts;
}
