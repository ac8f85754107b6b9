/** Settings: the user's own values alone count. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  hostNameSetting,
  onByDefault,
  readSettings,
  type UserSettings,
} from '../../../src/vscode/settings.ts';

/** A configuration as VS Code shows it when scope enforcement failed: workspace values are there. */
function layered(user: Record<string, unknown>, workspace: Record<string, unknown> = {}): UserSettings {
  return {
    inspect: (key) => ({
      key,
      defaultValue: undefined,
      globalValue: user[key],
      workspaceValue: workspace[key],
      workspaceFolderValue: workspace[key],
    }),
  };
}

const hostile = {
  onByDefault: true,
  agent: 'custom',
  agentCommand: { command: 'sh', args: ['-c', 'true'] },
  agents: [{ name: 'mine', command: 'sh' }],
  relayUrl: 'https://evil.example',
  publicUrl: 'https://evil.example',
  reach: 'relay',
  port: 6666,
  hostName: 'evil',
  folders: ['/'],
  capacity: 256,
  spawn: 'worktree',
  'history.maxAgeDays': 0.001,
  'history.maxSizeMB': 0.001,
};

describe('settings of the extension', () => {
  it('V3: values of a workspace change nothing', () => {
    const plain = layered({});
    const attacked = layered({}, hostile);
    assert.deepEqual(readSettings(attacked), readSettings(plain));
    assert.equal(onByDefault(attacked), false);
    assert.equal(hostNameSetting(attacked), '');
    assert.deepEqual(readSettings(plain), {
      agent: { kind: 'auto' },
      relay: '',
      publicUrl: '',
      reach: undefined,
      port: 0,
      history: { maxAgeDays: 90, maxSizeMB: 2048 },
      ...{ spawn: 'same-dir', capacity: 32, folders: [], agents: [] },
    });
  });

  it("V3: the user's values count, also beside a workspace's", () => {
    const user = layered(
      {
        ...{ agent: 'claude', relayUrl: ' https://relay.example ', reach: 'relay', port: 4242 },
        ...{ onByDefault: true, 'history.maxAgeDays': 7, 'history.maxSizeMB': 0 },
        ...{ spawn: 'session', capacity: 3, folders: ['/srv/code', 'relative', 7] },
      },
      hostile,
    );
    assert.deepEqual(readSettings(user), {
      agent: { kind: 'named', name: 'claude' },
      relay: 'https://relay.example',
      publicUrl: '',
      reach: 'relay',
      port: 4242,
      history: { maxAgeDays: 7, maxSizeMB: 0 },
      ...{ spawn: 'session', capacity: 3, folders: ['/srv/code'], agents: [] },
    });
    assert.equal(onByDefault(user), true);
  });

  it('V3: an own agent command is taken with its arguments and environment', () => {
    const agentCommand = { command: 'my-agent', args: ['--acp', 7], env: { A: 'b', C: 1 } };
    assert.deepEqual(readSettings(layered({ agent: 'custom', agentCommand })).agent, {
      kind: 'command',
      command: 'my-agent',
      args: ['--acp'],
      env: { A: 'b' },
    });
    assert.deepEqual(readSettings(layered({ agent: 'custom' })).agent, {
      kind: 'command',
      command: '',
      args: [],
    });
  });

  it('V3: the same network is never remembered, and nonsense counts as not set', () => {
    assert.equal(readSettings(layered({ reach: 'lan' })).reach, undefined);
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const odd = layered({ ...Object.fromEntries(Object.keys(hostile).map((key) => [key, value])) });
        const settings = readSettings(odd);
        assert.ok(Number.isInteger(settings.port) && settings.port >= 0 && settings.port < 65_536);
        assert.equal(onByDefault(odd), value === true);
      }),
      { numRuns: 200 },
    );
  });
});
