/** Settings that change while remote control is on: told once each, and never for what took effect already. */
import assert from 'node:assert/strict';
import { SettingsWatch, type StartSettings } from '../../../src/vscode/settings-watch.ts';

describe('V13: settings watch', () => {
  const base: StartSettings = {
    agent: { kind: 'auto' },
    relay: '',
    publicUrl: '',
    reach: undefined,
    port: 0,
    hostName: '',
  };
  let now: StartSettings;
  let told: number;
  let watch: SettingsWatch;

  beforeEach(() => {
    now = base;
    told = 0;
    watch = new SettingsWatch({ current: () => now, tell: () => told++ });
  });

  function set(change: Partial<StartSettings>): void {
    now = { ...now, ...change };
    watch.changed();
  }

  it('says nothing while off, since the next start takes it', () => {
    set({ port: 5_000 });
    watch.state('starting');
    watch.changed();
    assert.equal(told, 0);
  });

  it('tells once of each change while on, and not of one that was taken back', () => {
    watch.state('on');
    set({ agent: { kind: 'named', name: 'claude' } });
    watch.changed();
    assert.equal(told, 1);
    set({ agent: base.agent });
    assert.equal(told, 1);
    set({ hostName: 'Desk' });
    assert.equal(told, 2);
  });

  it('a chosen reach took effect already; what else changed meanwhile did not', async () => {
    watch.state('on');
    await watch.whileWritingReach(async () => {
      set({ relay: 'https://relay.test/' });
      set({ reach: 'relay' });
    });
    watch.changed();
    assert.equal(told, 0);
    set({ port: 5_000 });
    await watch.whileWritingReach(async () => set({ reach: 'computer' }));
    watch.changed();
    assert.equal(told, 2);
  });

  it('a new start takes what changed', () => {
    watch.state('on');
    set({ port: 5_000 });
    watch.state('off');
    watch.state('starting');
    watch.changed();
    assert.equal(told, 1);
  });
});
