/** Text of agents, devices and hosts in a terminal: nothing in it can redraw one, set its title or its clipboard. */
import assert from 'node:assert/strict';
import { entriesOf, entryLines } from '../../../src/cli/chat/entries.ts';
import { tableOf } from '../../../src/cli/sessions-command.ts';
import { statusLine } from '../../../src/cli/terminal-view.ts';
import type { HostStatus } from '../../../src/protocol/host-status.ts';
import { ChatKit } from './chat-kit.ts';

const evil = 'seen\u001b]52;c;ZXZpbA==\u0007\u001b]0;title\u001b\\\u001b[2J\u009b2J\u009d0;x\u009c\r\b';
const redraws = /(?!\n)\p{Cc}/u;

describe('L39: text from outside in a terminal', () => {
  let kit: ChatKit;
  beforeEach(() => {
    kit = new ChatKit();
  });

  /** What stands above, and what the screen shows below. */
  function shows(times = 1): void {
    const above = entriesOf(kit.chat.transcript.items).flatMap((entry) => entryLines(entry, 90));
    const text = [...above, ...kit.screen.lines(90, 40, [])].map((line) => line.text).join('\n');
    assert.doesNotMatch(text, redraws);
    assert.ok(text.split('seen').length > times, text);
  }

  it('what was refused, and who the agent says it is', () => {
    kit.chat.failure = `${evil} refused.`;
    Object.assign(kit.status, { agent: { name: evil, demo: false, state: 'ready' } });
    shows(2);
  });

  it('a device that wants to pair', () => {
    kit.pairs({ id: 'a', device: evil, code: evil });
    shows();
    kit.ctrl('y');
    shows();
  });

  const permission = (toolCall: object) => ({
    toolCall: { toolCallId: `t${evil}`, title: evil, ...toolCall },
    options: [
      { optionId: 'once', name: evil, kind: 'allow_once' },
      { optionId: 'always', name: evil, kind: 'allow_always' },
    ],
  });
  const diff = { type: 'diff', path: `/work/${evil}`, oldText: `${evil}\na`, newText: `b\n${evil}` };
  const asked: [string, object][] = [
    ['command', { kind: 'execute', rawInput: { command: evil } }],
    ['change of a file', { kind: 'edit', content: [diff], locations: [{ path: `/work/${evil}` }] }],
    ['plan', { kind: 'switch_mode', rawInput: { plan: evil } }],
    ['kind of its own', { kind: evil, rawInput: { [evil]: evil } }],
    ['address', { kind: 'fetch', rawInput: { url: `https://example.org/${evil}` } }],
  ];
  for (const [name, toolCall] of asked) {
    it(`a question about a ${name}, its options, and what is lasting`, () => {
      kit.ask('permission', permission(toolCall));
      shows(2);
      kit.type('2');
      shows();
    });
  }

  it('a form with its fields, values and choices', () => {
    const choice = { type: 'string', title: evil, oneOf: [{ const: evil, title: evil, description: evil }] };
    kit.ask('elicitation', {
      ...{ mode: 'form', message: evil },
      requestedSchema: {
        properties: {
          [evil]: { type: 'string', title: evil, description: evil, default: evil },
          other: { type: 'string', title: evil, default: evil },
          choice,
        },
      },
    });
    shows(6);
    kit.keys('down');
    shows(6);
  });

  it('a page that is to be opened', () => {
    kit.ask('elicitation', { mode: 'url', message: evil, url: `https://example.org/${evil}` });
    shows(2);
  });

  it('modes, options and their values', () => {
    const options = [{ value: evil, name: evil, description: evil }];
    const availableModes = [
      { id: evil, name: evil, description: evil, _meta: { offdesk: { risky: true } } },
      { id: 'ask', name: evil },
    ];
    kit.event({
      ...{ type: 'agent_offers', promptCapabilities: null },
      modes: { currentModeId: 'ask', availableModes },
      configOptions: [
        { id: evil, name: evil, description: evil, type: 'select', currentValue: evil, options },
      ],
    });
    shows();
    kit.ctrl('o');
    shows(2);
    kit.keys('enter');
    shows(2);
    kit.keys('escape', 'escape');
    kit.keys('backtab');
    shows();
  });

  it('commands: in the list, in the draft, and their hints', () => {
    const availableCommands = [{ name: `x${evil}`, description: evil, input: { hint: evil } }];
    kit.update({ sessionUpdate: 'available_commands_update', availableCommands });
    kit.type('/x');
    shows();
    kit.keys('tab');
    shows();
  });

  it('messages of a device: while they wait, in their list, edited', () => {
    kit.waits(evil, `two ${evil}`);
    shows(2);
    kit.keys('up');
    shows(2);
    kit.type('e');
    shows();
  });

  it('all kinds of items', () => {
    const content = { type: 'text', text: evil };
    kit.waits(evil);
    kit.event({ type: 'turn_started', id: evil });
    const updates = [
      { sessionUpdate: 'agent_message_chunk', content },
      { sessionUpdate: 'agent_message_chunk', content: { type: evil } },
      { sessionUpdate: 'agent_thought_chunk', content },
      { sessionUpdate: 'user_message_chunk', content },
      { sessionUpdate: 'plan', entries: [{ content: evil, priority: 'high', status: 'pending' }] },
      { sessionUpdate: 'notice', title: evil, description: evil },
      { sessionUpdate: evil },
      { sessionUpdate: 'tool_call', toolCallId: 't', title: evil, status: 'failed', rawOutput: evil },
      { sessionUpdate: 'tool_call', toolCallId: 'd', title: evil, status: 'completed', content: [diff] },
    ];
    for (const [at, update] of updates.entries()) kit.update(update, `i${at}`);
    kit.event({ type: 'turn_ended', id: evil, outcome: 'failed', message: evil });
    shows(8);
  });

  it('the table of sessions and the status line of remote control', () => {
    const session = { id: evil, title: evil, cwd: evil, agent: evil, updatedAt: 0, open: false };
    const rows = tableOf([session]).join('\n');
    const agent = { name: evil, demo: false, state: evil };
    const status = { state: 'on', devices: [], pairings: [], agent } as unknown as HostStatus;
    for (const text of [rows, statusLine(status, true)]) {
      assert.match(text, /seen/);
      assert.doesNotMatch(text, redraws);
    }
  });
});
