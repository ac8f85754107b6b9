/** What all rounds begin with: a host's machine folder that knows two devices, and what those keep of it. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { decodeInvite } from '../../src/channel/invite.ts';
import { generateKeyPair } from '../../src/channel/keys.ts';
import { pairDevice } from '../../src/channel/pair.ts';
import { createRemoteHost } from '../../src/host/remote-host.ts';
import { freePort } from '../support/ports.ts';
import { openWebSocket } from '../support/test-device.ts';
import { eventually } from '../support/wait.ts';
import type { PairingFile } from './page-main.ts';

export interface Template {
  machineFolder: string;
  webFolder: string;
  /** Their relay is not known yet. */
  pairings: [PairingFile, PairingFile];
}

/** In `folder`, which is there and empty. */
export async function makeTemplate(folder: string): Promise<Template> {
  const machineFolder = join(folder, 'home');
  const webFolder = join(folder, 'web');
  mkdirSync(webFolder);
  writeFileSync(join(webFolder, 'index.html'), '<!doctype html>');
  const port = await freePort();
  const host = createRemoteHost({
    ...{ clock: systemClock, log: silentLog, machineFolder, webFolder, cwd: folder, hostName: 'fault host' },
    demoAgent: { command: process.execPath, args: ['-e', ''], env: {} },
    settings: () => ({
      ...{ agent: { kind: 'named', name: 'demo' }, relay: '', publicUrl: '', reach: 'computer', port },
    }),
    rememberReach: () => Promise.resolve(),
    registrationToken: () => Promise.resolve(undefined),
    act: () => Promise.resolve(),
  });
  await host.start({ agent: false, invite: false });
  const pairings = [await pair(0), await pair(1)] as Template['pairings'];
  await host.stop();
  return { machineFolder, webFolder, pairings };

  async function pair(index: number): Promise<PairingFile> {
    await eventually(() => host.status.state === 'on', { what: 'the host to be on' });
    await host.createInvite();
    const url = await eventually(() => host.status.invite?.url, { what: 'an invite' });
    const invite = decodeInvite(url);
    const keyPair = generateKeyPair();
    const paired = pairDevice({
      ...{ invite, keyPair, name: `page${index}`, scope: 'control', protectedPage: true },
      ...{ onDigits: () => undefined, clock: systemClock, openWebSocket },
    });
    const request = await eventually(() => host.status.pairings[0], { what: 'a request' });
    await host.decidePairing(request.id, true, 'control');
    const { ticket, scope, hostName } = await paired;
    assert.equal(scope, 'control');
    return {
      ...{ hostId: invite.hostId, hostName, ticket, scope, pairedAt: Date.now(), relay: '' },
      hostKey: Buffer.from(invite.hostKey).toString('base64'),
      secret: Buffer.from(keyPair.secret).toString('base64'),
    };
  }
}
