/** How agents can be logged in: read from what each of them was recorded to say. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { loginWays } from '../../../src/agent/login-ways.ts';

const agent = { name: 'A', command: '/bin/agent', args: ['acp'], env: { A: '1' }, installHint: '' };
const ways = (...methods: unknown[]) => loginWays(methods, agent);

describe('ways to log in', () => {
  it('A26: a terminal login is the agent itself with more arguments (Claude Code, Kimi Code)', () => {
    const args = ['--cli', 'auth', 'login', '--claudeai'];
    assert.deepEqual(ways({ id: 'claude-ai-login', name: 'Claude Subscription', type: 'terminal', args }), [
      {
        ...{ kind: 'terminal', id: 'claude-ai-login', label: 'Claude Subscription' },
        ...{ command: '/bin/agent', args: ['acp', ...args], env: { A: '1' } },
      },
    ]);
    const meta = { 'terminal-auth': { command: '/other', args: ['login'] } };
    const method = {
      id: 'login',
      type: 'terminal',
      name: 'Kimi',
      args: ['--login'],
      env: { B: '2' },
      _meta: meta,
    };
    assert.deepEqual(ways(method), [
      {
        ...{ kind: 'terminal', id: 'login', label: 'Kimi' },
        ...{ command: '/bin/agent', args: ['acp', '--login'], env: { A: '1', B: '2' } },
      },
    ]);
  });

  it('A26: before ACP had terminal logins, a command of its own stood in _meta (Copilot CLI, opencode)', () => {
    const meta = { 'terminal-auth': { command: '/opt/copilot', args: ['login'], label: 'Copilot Login' } };
    assert.deepEqual(ways({ id: 'copilot-login', name: 'Log in with Copilot CLI', _meta: meta }), [
      {
        ...{ kind: 'terminal', id: 'copilot-login', label: 'Log in with Copilot CLI' },
        ...{ command: '/opt/copilot', args: ['login'], env: { A: '1' } },
      },
    ]);
  });

  it('A26: what the agent does itself is called; what asks for a key or an address is not offered (Gemini, Codex)', () => {
    const offered = ways(
      { id: 'oauth-personal', name: 'Log in with Google' },
      { id: 'gemini-api-key', name: 'Gemini API key', _meta: { 'api-key': { provider: 'google' } } },
      { id: 'gateway', name: 'AI API Gateway', _meta: { gateway: { protocol: 'google' } } },
      { id: 'chat-gpt-device-code', name: 'ChatGPT (device code)' },
      { id: 'key', name: 'Key', type: 'env_var', vars: [{ name: 'KEY' }] },
    );
    assert.deepEqual(offered, [
      { kind: 'call', id: 'oauth-personal', label: 'Log in with Google' },
      { kind: 'call', id: 'chat-gpt-device-code', label: 'ChatGPT (device code)' },
    ]);
  });

  it('A26: whatever an agent says is read without an error', () => {
    assert.deepEqual(loginWays(undefined, agent), []);
    assert.deepEqual(loginWays(null, agent), []);
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.anything(), (args, env, meta) => {
        for (const way of ways(
          { id: 'x', type: 'terminal', args, env, _meta: meta },
          { id: 'x', _meta: meta },
        )) {
          assert.ok(way.kind === 'call' || way.args.every((one) => typeof one === 'string'));
        }
      }),
      { seed: 26, numRuns: 200 },
    );
  });
});
