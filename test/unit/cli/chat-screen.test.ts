/** The terminal's conversation by keys: forms, addresses, options, queue, plans, Ctrl-C. */
import assert from 'node:assert/strict';
import { swapMs } from '../../../src/cli/chat/on-screen.ts';
import { named } from '../../../src/cli/chat/press.ts';
import { wrapText } from '../../../src/cli/chat/wrap.ts';
import { ChatKit } from './chat-kit.ts';

const permission = (more: object = {}) => ({
  toolCall: { toolCallId: 't1', title: 'rm -rf x', kind: 'execute', rawInput: { command: 'rm -rf x' } },
  options: [
    { optionId: 'once', name: 'Allow once', kind: 'allow_once' },
    { optionId: 'always', name: 'Always', kind: 'allow_always' },
    { optionId: 'no', name: 'Reject', kind: 'reject_once' },
  ],
  ...more,
});

describe('S12: the conversation by keys', () => {
  let kit: ChatKit;
  beforeEach(() => {
    kit = new ChatKit();
  });

  it('P19, S6, S12: /rc with a name names the session, and nothing of it goes to the agent', () => {
    kit.type('/rc Nightly build');
    kit.keys('enter');
    assert.deepEqual(kit.asked, [['rename', 'Nightly build']]);
    assert.match(kit.shown(), /called Nightly build/);
    kit.type('/rc status');
    kit.keys('enter');
    assert.match(kit.shown(), /Remote control: on/);
    assert.equal(kit.asked.length, 1);
  });

  it('L31: a form of every kind of field is filled in, checked, and sent with its defaults', () => {
    kit.ask('elicitation', {
      ...{ mode: 'form', message: 'Tell me' },
      requestedSchema: {
        properties: {
          name: { type: 'string', title: 'Name', minLength: 3 },
          count: { type: 'integer', title: 'Count', default: 2, maximum: 5 },
          ratio: { type: 'number', title: 'Ratio' },
          sure: { type: 'boolean', title: 'Sure' },
          colour: { type: 'string', title: 'Colour', enum: ['red', 'blue'] },
          parts: {
            type: 'array',
            title: 'Parts',
            items: { type: 'string', enum: ['a', 'b', 'c'] },
            minItems: 2,
          },
        },
        required: ['name', 'colour'],
      },
    });
    assert.match(kit.shown(), /Tell me[^]*› Name \(required\)[^]*\[ Send \][^]*\[ Decline \]/);
    kit.type('Jo');
    kit.keys('down', 'down');
    kit.type('1.5');
    kit.keys('enter');
    kit.type(' ');
    kit.keys('tab', 'tab');
    kit.type('3');
    kit.type('1');
    // Nothing was sent: the first field that is wrong has the keys, and all say what is wrong.
    kit.keys('enter');
    assert.deepEqual(kit.asked, []);
    assert.match(kit.shown(), /› Name[^]*At least 3 characters[^]*Please fill this in/);
    kit.type('e');
    kit.keys('down');
    kit.type('9');
    kit.keys('down', 'down', 'down');
    kit.type('2');
    kit.keys('down', 'down', 'enter');
    assert.match(kit.shown(), /must be at most 5/);
    kit.keys('backspace', 'down', 'down', 'down', 'down', 'down', 'enter');
    const content = { name: 'Joe', count: 2, ratio: 1.5, sure: true, colour: 'blue', parts: ['a', 'c'] };
    assert.deepEqual(kit.asked, [['answer', 'q1', { action: 'accept', content }]]);
  });

  it('L31: a form is declined by its own row; one of a single field is sent by Enter', () => {
    const requestedSchema = { properties: { why: { type: 'string', title: 'Why' } } };
    kit.ask('elicitation', { mode: 'form', message: 'Why?', requestedSchema });
    kit.type('y es');
    kit.keys('enter');
    kit.keys('down', 'down', 'enter');
    assert.deepEqual(kit.asked, [
      ['answer', 'q1', { action: 'accept', content: { why: 'y es' } }],
      ['answer', 'q1', { action: 'decline' }],
    ]);
  });

  it('L31: an address is shown with its host and is not opened; what is no page can be declined alone', () => {
    kit.ask('elicitation', { mode: 'url', message: 'Log in', url: 'https://example.org/login\u202e?x' });
    assert.match(kit.shown(), /at example\.org[^]*https:\/\/example\.org\/login\[U\+202E\]\?x/);
    kit.type('1');
    const other = new ChatKit();
    other.ask('elicitation', { mode: 'url', message: 'Log in', url: 'file:///etc/passwd' });
    other.type('1');
    other.type('2');
    assert.deepEqual(kit.asked, [['answer', 'q1', { action: 'accept' }]]);
    assert.deepEqual(other.asked, [['answer', 'q1', { action: 'decline' }]]);
  });

  it('L32: a permission shows command and folder; what lasts is confirmed', () => {
    kit.ask('permission', permission());
    assert.match(kit.shown(), /Claude asks to run a command\n {2}rm -rf x\n {2}in \/work/);
    kit.type('2');
    assert.match(kit.shown(), /"Always" lasts beyond this one time/);
    kit.type('n');
    kit.type('2');
    kit.type('y');
    assert.deepEqual(kit.asked, [['answer', 'q1', { outcome: 'selected', optionId: 'always' }]]);
  });

  it('L32: a long plan is read line by line, and what is written about it follows the answer', () => {
    const plan = Array.from({ length: 60 }, (_, at) => `step ${at + 1}`).join('\n');
    const toolCall = { toolCallId: 't1', title: 'Ready?', kind: 'switch_mode', rawInput: { plan } };
    kit.ask('permission', permission({ toolCall }));
    assert.match(kit.shown(), /step 1\n[^]*lines 1 to \d+ of 61/);
    assert.doesNotMatch(kit.shown(), /step 60/);
    for (let key = 0; key < 30; key++) kit.keys('down');
    assert.match(kit.shown(), /step 60/);
    kit.type('Mind the gap');
    kit.keys('enter');
    assert.match(kit.shown(), /Sent after your answer: Mind the gap/);
    kit.type('3');
    assert.deepEqual(kit.asked, [
      ['answer', 'q1', { outcome: 'selected', optionId: 'no' }],
      ['prompt', 'Mind the gap'],
    ]);
  });

  it('L32: a digit is for the question on the screen, never for one that came since', () => {
    kit.ask('permission', permission());
    kit.shown();
    kit.answered('q1');
    kit.ask('permission', permission({ toolCall: { toolCallId: 't2', title: 'other' } }), 'q2');
    kit.typeBlind('1');
    kit.typeBlind('2');
    assert.deepEqual(kit.asked, []);
    // In another's place it is looked at for a moment; what was typed until then is no message either.
    kit.type('1');
    assert.deepEqual(kit.asked, []);
    assert.doesNotMatch(kit.shown(), /› 1/);
    kit.clock.advance(swapMs);
    kit.type('1');
    assert.deepEqual(kit.asked, [['answer', 'q2', { outcome: 'selected', optionId: 'once' }]]);
  });

  it('L32: a comment follows the plan that was read; a question under a panel takes no keys', () => {
    const toolCall = { toolCallId: 't1', title: 'Ready?', kind: 'switch_mode', rawInput: { plan: 'step' } };
    kit.type('Go on');
    kit.ask('permission', permission({ toolCall }));
    kit.screen.press(named('enter'));
    assert.deepEqual(kit.asked, [['prompt', 'Go on']]);
    kit.ctrl('o');
    kit.shown();
    kit.screen.press(named('escape'));
    kit.typeBlind('3');
    assert.equal(kit.asked.length, 1);
  });

  it('L32: a device is let in by the panel that names it; no letter of a message does that', () => {
    kit.pairs({ id: 'a', device: 'Pixel' });
    assert.match(kit.shown(), /Pixel wants to pair\. Does it show 123 456\? Ctrl-Y answers/);
    kit.type('y');
    kit.keys('backspace');
    assert.deepEqual(kit.asked, []);
    kit.ctrl('y');
    kit.typeBlind('y');
    assert.deepEqual(kit.asked, []);
    assert.match(kit.shown(), /Pixel[^]*y allows it/);
    kit.pairs({ id: 'b', device: 'Other' });
    kit.typeBlind('y');
    assert.deepEqual(kit.asked, [['decidePairing', 'a', true, undefined]]);
    assert.match(kit.shown(), /Other wants to pair/);
    kit.ctrl('y');
    kit.type('c');
    kit.ctrl('y');
    kit.type('n');
    assert.deepEqual(kit.asked.slice(1), [
      ['decidePairing', 'b', true, 'control'],
      ['decidePairing', 'b', false, undefined],
    ]);
  });

  it('L33: a key for a waiting message that has gone is for no other', () => {
    kit.waits('one', 'two');
    kit.keys('up');
    kit.shown();
    kit.event({ type: 'prompt_removed', id: 'two' });
    kit.typeBlind('x');
    assert.deepEqual(kit.asked, []);
    kit.type('x');
    assert.deepEqual(kit.asked, [['removeQueued', 'one']]);
  });

  it('L33: what waits is edited, moved, sent now after a word, and taken out', () => {
    kit.event({ type: 'prompt_received', id: 'p0', prompt: [{ type: 'text', text: 'runs' }] });
    kit.event({ type: 'turn_started', id: 'p0' });
    kit.waits('one', 'two', 'three');
    kit.keys('up');
    assert.match(kit.shown(), /Waiting messages\n {2}1 one\n {2}2 two\n› 3 three/);
    kit.type('u');
    kit.keys('up', 'up');
    kit.type('d');
    kit.type('s');
    assert.match(kit.shown(), /This stops what the agent does now/);
    kit.type('s');
    kit.type('x');
    kit.keys('up', 'up');
    kit.type('e');
    kit.type(' more');
    kit.keys('enter');
    assert.deepEqual(kit.asked, [
      ['moveQueued', 'three', 'two'],
      ['moveQueued', 'one', 'three'],
      ['sendNow', 'one'],
      ['removeQueued', 'one'],
      ['editQueued', 'one', [{ type: 'text', text: 'one more' }]],
    ]);
  });

  it('L34: modes and options in one place; what acts without asking is confirmed, by Shift-Tab, too', () => {
    const offdesk = { risky: true };
    const availableModes = [
      { id: 'ask', name: 'Ask' },
      { id: 'yolo', name: 'Yolo', _meta: { offdesk } },
    ];
    const options = [
      { value: 'a', name: 'A' },
      { value: 'b', name: 'B' },
    ];
    kit.event({
      ...{ type: 'agent_offers', promptCapabilities: null },
      modes: { currentModeId: 'ask', availableModes },
      configOptions: [{ id: 'model', name: 'Model', type: 'select', currentValue: 'a', options }],
    });
    kit.keys('backtab');
    assert.match(kit.shown(), /With Yolo the agent acts without asking/);
    kit.type('n');
    kit.keys('escape');
    kit.ctrl('o');
    assert.match(kit.shown(), /› Mode: Ask\n {2}Model: A/);
    kit.keys('down', 'enter', 'down', 'enter');
    kit.keys('up', 'enter');
    kit.type('2');
    assert.match(kit.shown(), /acts without asking/);
    kit.type('y');
    assert.deepEqual(kit.asked, [
      ['setOption', 'model', 'b', false],
      ['setMode', 'yolo', true],
    ]);
  });

  it('L35: commands are completed with their hints; one that only the agent’s own program has is not sent', () => {
    const availableCommands = [
      { name: 'plan', description: 'Make a plan' },
      { name: 'review', description: 'Review', input: { hint: 'what' } },
    ];
    kit.update({ sessionUpdate: 'available_commands_update', availableCommands });
    kit.type('/');
    assert.match(kit.shown(), /› \/plan – Make a plan\n {2}\/review what – Review/);
    kit.keys('down', 'tab');
    assert.match(kit.shown(), /\/review what/);
    kit.type('this');
    kit.keys('enter');
    kit.type('/model');
    kit.keys('enter');
    assert.match(kit.shown(), /opens a list in the agent's own program/);
    assert.deepEqual(kit.asked, [['prompt', '/review this']]);
  });

  it('L36: Ctrl-C stops the agent and leaves when it comes again; with nothing to stop it clears, then leaves', () => {
    kit.event({ type: 'prompt_received', id: 'p0', prompt: [{ type: 'text', text: 'runs' }] });
    kit.event({ type: 'turn_started', id: 'p0' });
    kit.ctrl('c');
    assert.deepEqual(kit.asked, [['stop']]);
    assert.equal(kit.left, false);
    assert.match(kit.shown(), /once more leaves/);
    kit.ctrl('c');
    assert.equal(kit.left, true);

    const idle = new ChatKit();
    idle.type('half a thought');
    idle.ctrl('c');
    assert.equal(idle.left, false);
    idle.ctrl('c');
    assert.equal(idle.left, true);
  });

  it('L37: all lines fit, also in a narrow and low window', () => {
    kit.waits(
      ...Array.from({ length: 20 }, (_, at) => `message number ${at} of many, and a long one 日本語日本語`),
    );
    kit.ask('permission', permission());
    kit.type('A draft that takes several lines in such a narrow window, and more of it');
    for (const [cells, rows] of [
      [39, 20],
      [20, 24],
      [99, 10],
    ] as const) {
      const lines = kit.screen.lines(cells, rows, []);
      assert.ok(lines.length < rows, `${lines.length} lines of ${rows}`);
      for (const { text } of lines) assert.ok([...text].length <= cells, text);
    }
  });

  it('L37: a form’s fields fit, whatever is written in them', () => {
    const wide = '日本語'.repeat(20);
    const text = { type: 'string', default: wide };
    kit.ask('elicitation', {
      ...{ mode: 'form', message: 'Which?' },
      requestedSchema: { properties: { one: text, two: text } },
    });
    for (const cells of [39, 60])
      for (const { text } of kit.screen.lines(cells, 30, []))
        assert.ok([...text].reduce((sum, one) => sum + (one > '\u2e80' ? 2 : 1), 0) <= cells, text);
  });

  it('L37: lines break between words, a word that is too long where the line ends; wide characters count twice', () => {
    assert.deepEqual(wrapText('> one two three', 10, 2), ['> one two', '  three']);
    assert.deepEqual(wrapText('  /a/very/long/path  +3', 12, 4), ['  /a/very/lo', '    ng/path', '    +3']);
    assert.deepEqual(wrapText('日本語日本語', 8), ['日本語日', '本語']);
  });
});
