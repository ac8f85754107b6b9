/** The phone's page with the conversation built in: the same views and client, and no relay, handshake or channel. */
/// <reference path="../../../src/web/assets.d.ts" />
import '../../../src/web/jitless.ts';
import '../../../src/web/style/shared.css';
import '../../../src/web/style/phone.css';
import { signal } from '@preact/signals';
import { render } from 'preact';
import { systemClock } from '../../../src/base/clock.ts';
import type { Fact } from '../../../src/protocol/facts.ts';
import type { ClientState } from '../../../src/protocol/methods.ts';
import { HostClient } from '../../../src/web/client/host-client.ts';
import { memoryKeep } from '../../../src/web/client/keep.ts';
import type { Machine } from '../../../src/web/connection/machine.ts';
import { MachineView } from '../../../src/web/phone/machine-view.tsx';
import { nextFrame } from '../../../src/web/views/frame.ts';
import { loadMarkdown } from '../../../src/web/views/markdown-loader.ts';
import { SurfaceContext } from '../../../src/web/views/surface.ts';
import { fakeTransport } from '../../look/fake-host.ts';

/** Put in by the bundler: a Conversation of bench-host.ts. */
declare const __CONVERSATION__: { state: ClientState; facts: Fact[]; from: number | null };

const nothing = () => undefined;
const keep = memoryKeep();
const host = new HostClient({ name: 'phone', keep, clock: systemClock, frame: nextFrame });
loadMarkdown();
void host.connect(fakeTransport(__CONVERSATION__));
const machine = {
  ...{ hostId: 'h', name: signal('bench'), way: signal({ kind: 'connected' }), session: signal(null) },
  ...{ host, keep },
};
render(
  <SurfaceContext.Provider value={{ kind: 'phone', keep, enterSends: false }}>
    <MachineView machine={machine as unknown as Machine} lasting onBack={undefined} onPairAgain={nothing} />
  </SurfaceContext.Provider>,
  document.getElementById('root') ?? document.body,
);
if ('serviceWorker' in navigator) navigator.serviceWorker.register('service-worker.js').catch(nothing);
