/** What the status item says, which context keys follow, and what is announced. */
import assert from 'node:assert/strict';
import type { HostStatus } from '../../../src/protocol/host-status.ts';
import { addressProblem } from '../../../src/vscode/address.ts';
import { Attention } from '../../../src/vscode/attention.ts';
import { ContextKeySetter, contextKeys } from '../../../src/vscode/context-keys.ts';
import { plainMessage } from '../../../src/vscode/plain-message.ts';
import { statusText, waitingCount } from '../../../src/vscode/status-text.ts';
import { inEnglish } from '../../../src/base/translate.ts';
import { device, off, pairing } from './statuses.ts';

const states: HostStatus['state'][] = ['off', 'starting', 'on', 'reconnecting', 'error'];

describe('status item', () => {
  it('V6: every state has its own text and an accessible sentence without icons', () => {
    const said = states.map((state) => statusText({ ...off, state }, inEnglish));
    assert.equal(new Set(said.map(({ text }) => text)).size, states.length);
    assert.equal(new Set(said.map(({ label }) => label)).size, states.length);
    for (const { label, tooltip } of said) {
      assert.doesNotMatch(label, /\$\(/);
      assert.ok(tooltip.length > 0);
    }
    assert.deepEqual(statusText(undefined, inEnglish), statusText(off, inEnglish));
  });

  it('V6: on says how many devices are connected', () => {
    const on = (devices: HostStatus['devices']) =>
      statusText({ ...off, state: 'on', devices }, inEnglish).text;
    assert.doesNotMatch(on([device('a', false)]), /\d/);
    assert.match(on([device('a', true), device('b', false)]), /1 device$/);
    assert.match(on([device('a', true), device('b', true)]), /2 devices$/);
  });

  it('V6: something that waits is counted and marked; an error stays an error', () => {
    const waiting: HostStatus = {
      ...off,
      state: 'on',
      pairings: [pairing('1')],
      questions: [{ id: 'q', sentence: 'May it?' }],
    };
    assert.equal(waitingCount(waiting), 2);
    assert.equal(statusText(waiting, inEnglish).tone, 'waiting');
    assert.match(statusText(waiting, inEnglish).label, /2/);
    assert.equal(statusText({ ...waiting, state: 'error' }, inEnglish).tone, 'error');
    assert.equal(waitingCount(undefined), 0);
  });

  it('V6: the tooltip says how the agent of each session stands, when there are several sessions', () => {
    const agent = { name: 'Claude Code', demo: false, state: 'ready' as const };
    const one = (title: string) => ({ id: title, title, agent: 'Claude Code', state: 'working' as const });
    const said = (titles: string[]) =>
      statusText({ ...off, state: 'on', agent, sessions: titles.map(one) }, inEnglish).tooltip.join('\n');
    assert.match(said(['a']), /Agent: Claude Code, ready/);
    assert.match(said(['a', 'b']), /Session: a \(Claude Code, working\)\nSession: b/);
    assert.match(said([...'abcdefghijk']), /And 3 more sessions/);
  });

  it('V6: another window that runs it is no fault of this one', () => {
    const error = {
      code: 'host_locked',
      message: 'It runs in the window on ~/code.',
      next: 'Stop it there.',
    };
    const said = statusText({ ...off, state: 'error', error }, inEnglish);
    assert.equal(said.tone, 'plain');
    assert.notEqual(said.text, statusText({ ...off, state: 'error' }, inEnglish).text);
    assert.ok(said.tooltip.includes('It runs in the window on ~/code. Stop it there.'));
  });

  it('V6: the tooltip carries what happened and the next step', () => {
    const error = { code: 'port_taken', message: 'Port 1 is taken.', next: 'Free it.' };
    const { tooltip } = statusText({ ...off, state: 'error', error }, inEnglish);
    assert.ok(tooltip.includes('Port 1 is taken. Free it.'));
  });
});

describe('context keys', () => {
  it('V10: on means started and not stopped', () => {
    const on = states.filter((state) => contextKeys({ ...off, state })['offdesk.on']);
    assert.deepEqual(on, ['starting', 'on', 'reconnecting']);
    assert.equal(contextKeys(undefined)['offdesk.state'], 'off');
  });

  it('V10: only what changed is set', () => {
    const calls: [string, unknown][] = [];
    const setter = new ContextKeySetter((key, value) => calls.push([key, value]));
    setter.update(undefined);
    assert.equal(calls.length, 5);
    calls.length = 0;
    setter.update({ ...off, devices: [device('a', false)] });
    setter.update({ ...off, devices: [device('a', true)] });
    assert.deepEqual(calls, [['offdesk.paired', true]]);
  });
});

describe('announcements', () => {
  const asked = { ...off, state: 'on' as const, questions: [{ id: 'q', sentence: 'May it?' }] };

  it('V9: each is announced once while the view is hidden', () => {
    const attention = new Attention();
    assert.deepEqual(
      attention.take({ ...asked, pairings: [pairing('1')] }, false).map(({ kind }) => kind),
      ['pairing', 'question'],
    );
    assert.deepEqual(attention.take({ ...asked, pairings: [pairing('1')] }, false), []);
    assert.equal(attention.take({ ...asked, pairings: [pairing('1'), pairing('2')] }, false).length, 1);
  });

  it('V9: what came while the view was visible is not announced later', () => {
    const attention = new Attention();
    assert.deepEqual(attention.take(asked, true), []);
    assert.deepEqual(attention.take(asked, false), []);
  });

  it('V9: an id that comes back after it closed is announced again', () => {
    const attention = new Attention();
    attention.take(asked, false);
    attention.take(off, false);
    assert.equal(attention.take(asked, false).length, 1);
  });
});

describe('typed addresses', () => {
  it('takes HTTPS, and plain HTTP within this computer alone', () => {
    for (const good of ['https://relay.example.org', ' https://a.ts.net/offdesk/ ', 'http://127.0.0.1:8080'])
      assert.equal(addressProblem(good, inEnglish), undefined, good);
    for (const bad of ['', 'relay.example.org', 'http://relay.example.org', 'file:///etc', 'https://a:b@c.d'])
      assert.notEqual(addressProblem(bad, inEnglish), undefined, bad);
    assert.notEqual(addressProblem('https://a.example/#secret', inEnglish), undefined);
  });
});

describe('notifications', () => {
  it('V9: what a device or an agent calls itself is no link that runs a command', () => {
    // As VS Code reads links in notifications (base/common/linkedText.ts).
    const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;
    for (const text of [
      '[Pixel 9](command:workbench.action.quit)',
      '[a](https://x.example "t")',
      '[a]((command:x)',
    ]) {
      assert.doesNotMatch(plainMessage(text), link);
    }
    assert.equal(plainMessage('Run f(x)[0] (now)'), 'Run f(x)[0] (now)');
  });
});
