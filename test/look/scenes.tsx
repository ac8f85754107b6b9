/** Every view with fake data, chosen by `?scene=`; the client core and the views are the real ones. */
/// <reference path="../../src/web/assets.d.ts" />
import '../../src/web/jitless.ts';
import '../../src/web/style/shared.css';
import { signal } from '@preact/signals';
import { render } from 'preact';
import { systemClock } from '../../src/base/clock.ts';
import type { Fact } from '../../src/protocol/facts.ts';
import type { HostStatus } from '../../src/protocol/host-status.ts';
import type { AgentSessionsResult, ClientState, Scope, SessionState } from '../../src/protocol/methods.ts';
import { HostClient } from '../../src/web/client/host-client.ts';
import { memoryKeep, type Keep } from '../../src/web/client/keep.ts';
import type { Machine, Way } from '../../src/web/connection/machine.ts';
import { speak } from '../../src/web/language.ts';
import { MachineView } from '../../src/web/phone/machine-view.tsx';
import { Digits, Install, PairingFailed, Reaching, Revoked, Welcome } from '../../src/web/phone/pages.tsx';
import { nextFrame } from '../../src/web/views/frame.ts';
import { loadMarkdown } from '../../src/web/views/markdown-loader.ts';
import { SurfaceContext } from '../../src/web/views/surface.ts';
import { DeskApp } from '../../src/web/webview/desk-app.tsx';
import { tunnelOptions, tunnelStatus } from './tunnel-status.ts';
import { DeskHost } from '../../src/web/webview/desk-host.ts';
import * as questions from './facts.asking.ts';
import { controls } from './facts.offers.ts';
import { rich } from './facts.rich.ts';
import { start } from './facts.script.ts';
import { conversation, crash, crashed, hostile, rejected, varied } from './facts.ts';
import { attach, attachedFacts } from './fake-attached.ts';
import { fakeTransport, type FakeHost } from './fake-host.ts';
import { choices, listed, over } from './fake-sessions.ts';
import { running, terminals } from './fake-terminals.ts';
import { onStatus, options, qr } from './status.ts';

const nothing = () => undefined;
const openFile = (path: string, line: number | null) => Object.assign(window, { opened: { path, line } });
const root = document.getElementById('root')!;
const scene = new URLSearchParams(location.search).get('scene') ?? '';

function clientState(scope: Scope, state: SessionState, more: Partial<ClientState> = {}): ClientState {
  const agent = { name: 'Claude Code', demo: scene.includes('demo') };
  const session = { id: 's1', title: 'Move handlers to middleware', cwd: '/work/api-gateway', agent, state };
  return {
    host: { name: 'studio-mac', build: '0.1.0' },
    you: { id: 'd1', name: 'Pixel 9 · Chrome', scope },
    sessions: [{ ...session, updatedAt: start }],
    warnings: [],
    others: ['the desk'],
    ...more,
  };
}

function newHost(fake: FakeHost, keep: Keep, connect: boolean): HostClient {
  const host = new HostClient({ name: 'look', keep, clock: systemClock, frame: nextFrame });
  const transport = fakeTransport(fake);
  if (connect) void host.connect(transport);
  const cut = () => host.disconnect();
  const { more, tell, turn, asked } = transport;
  Object.assign(window, { more, tell, turn, asked, cut });
  return host;
}

interface PhoneScene {
  facts: Fact[];
  scope?: Scope;
  state?: SessionState;
  way?: Way;
  lasting?: boolean;
  more?: Partial<ClientState>;
  keep?: Keep;
  files?: FakeHost['files'];
  from?: number | null;
  past?: ClientState['sessions'];
  agentSessions?: AgentSessionsResult;
}

function phone(options: PhoneScene): HostClient {
  const keep = options.keep ?? memoryKeep();
  const { facts, from = null, files = [] } = options;
  const state = clientState(options.scope ?? 'control', options.state ?? 'working', options.more);
  const agents = options.agentSessions ? { agentSessions: options.agentSessions } : {};
  const host = newHost({ facts, state, from, files, past: options.past ?? [], ...agents }, keep, true);
  const way = signal<Way>({ kind: 'connected' });
  const machine = { hostId: 'h', name: signal('studio-mac'), way, session: signal(null), host, keep };
  document.body.className = 'phone';
  // The connection goes once the conversation is there: without one it looks otherwise.
  const next = options.way;
  if (next) {
    const { sync } = host.session('s1');
    const leave = sync.subscribe((now) => {
      if (now !== 'live') return;
      setTimeout(() => {
        leave();
        way.value = next;
        host.disconnect();
      });
    });
  }
  const view = (
    <SurfaceContext.Provider value={{ kind: 'phone', keep, enterSends: false }}>
      <MachineView
        machine={machine as unknown as Machine}
        lasting={options.lasting ?? true}
        onBack={undefined}
        onPairAgain={nothing}
      />
    </SurfaceContext.Provider>
  );
  render(view, root);
  return host;
}

function desk(
  status: HostStatus,
  facts: Fact[] = [],
  state: SessionState = 'idle',
  more: Partial<ClientState> = {},
  past: ClientState['sessions'] = [],
): HostClient {
  const keep = memoryKeep();
  const host = newHost(
    { facts, state: clientState('control', state, more), status, agentSessions, past },
    keep,
    true,
  );
  const view = (
    <SurfaceContext.Provider value={{ kind: 'desk', keep, enterSends: true, openFile }}>
      <DeskApp host={host} desk={new DeskHost(host)} onRetry={nothing} />
    </SurfaceContext.Provider>
  );
  render(view, root);
  return host;
}

/** A page of its own with no host behind it. */
const page = (view: preact.ComponentChild) => () => render(view, root);
const failed = (code: 'invite_expired' | 'relay_unreachable' | 'invite_contested' | 'handshake_failed') =>
  page(
    <PairingFailed
      error={{
        code,
        message: 'The other side could not prove who it is.',
        next: 'Make a new invite at the desk.',
      }}
      onAgain={nothing}
      onLink={nothing}
    />,
  );

function waitingKeep(): Keep {
  const keep = memoryKeep();
  const prompt = [{ type: 'text', text: 'And remove the old wrapper when all are green.' }];
  keep.set('outbox.s1', JSON.stringify([{ id: 'waiting-1', prompt, at: start, state: 'here' }]));
  keep.set('draft.s1', JSON.stringify({ text: 'Also look at @src/mid', files: [] }));
  return keep;
}

const sessions = (): ClientState['sessions'] => [
  {
    id: 's1',
    title: 'Move handlers to middleware',
    cwd: '/work/api-gateway',
    agent: { name: 'Claude Code', demo: false },
    state: 'waiting',
    updatedAt: start,
  },
  {
    id: 's2',
    title: 'Flaky upload test',
    cwd: '/work/web',
    agent: { name: 'Copilot CLI', demo: false },
    state: 'working',
    updatedAt: start,
  },
  {
    id: 's3',
    title: 'Upgrade to Node 24',
    cwd: '/work/tools',
    agent: { name: 'Demo', demo: true },
    state: 'idle',
    updatedAt: start,
  },
];

const manyPast = (): ClientState['sessions'] =>
  Array.from({ length: 120 }, (_, i) => ({ ...over[1]!, id: `o${i}`, title: `Earlier ${i + 1}` }));

const manySessions = (): ClientState['sessions'] =>
  Array.from({ length: 256 }, (_, i) => ({ ...listed[i % 3]!, id: `m${i}`, title: `Session ${i + 1}` }));

const files = ['src/middleware/with-auth.ts', 'src/middleware/index.ts', 'test/middleware.test.ts'].map(
  (path) => ({
    path,
    uri: `file:///work/${path}`,
    matches: [...'mid'].map((_, i) => path.indexOf('mid') + i),
  }),
);

const many = Array.from({ length: 40 }, (_, i) => i).reduce(
  (script, i) => script.say(`\n\nStep ${i + 1}: the handler in \`service-${i}.ts\` uses the context now.`),
  conversation(),
);

/** One message each, of different heights. */
const messagesOf = (count: number) =>
  Array.from({ length: count }, (_, i): Fact => {
    const text = `Message ${i + 1}: ${'some words that wrap over lines '.repeat(1 + (i % 5))}`;
    const update = { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } };
    return { seq: i + 1, at: start + i * 1_000, origin: { kind: 'agent' }, item: `m${i}`, update };
  });
const messages = messagesOf(140);

/** Long answers with lists and code, and large changes: a page of history is as large as it may be. */
const heavy = Array.from({ length: 600 }, (_, i): Fact => {
  const lines = (count: number, word: string) =>
    Array.from(
      { length: count },
      (__, n) => `const ${word}${n} = await handler(request, ${n}); // step ${n}`,
    ).join('\n');
  const list = Array.from(
    { length: 30 },
    (__, n) => `- point ${n}: **some** words about \`file-${n}.ts\` and [a link](https://example.org/${n})`,
  );
  const text = `Message ${i + 1}:\n\n${list.join('\n')}\n\n\`\`\`ts\n${lines(80, 'value')}\n\`\`\`\n`;
  const diff = {
    type: 'diff',
    path: `/work/file-${i}.ts`,
    oldText: lines(120, 'old'),
    newText: lines(120, 'fresh'),
  };
  const update =
    i % 5 === 4
      ? {
          sessionUpdate: 'tool_call',
          toolCallId: `c${i}`,
          title: `Edit file-${i}.ts`,
          kind: 'edit',
          status: 'completed',
          content: [diff],
        }
      : { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } };
  const item = i % 5 === 4 ? `t:c${i}` : `m${i}`;
  return { seq: i + 1, at: start + i * 1_000, origin: { kind: 'agent' }, item, update };
});

/** Read up to this number, a while ago. */
function readKeep(seq: number): Keep {
  const keep = memoryKeep();
  keep.set('read.s1', JSON.stringify({ cursor: { epoch: 'e1', seq }, at: start }));
  return keep;
}

/** Of a session that is gone, and one that the full disk refused. */
function strandedKeep(): Keep {
  const keep = memoryKeep();
  const entry = (id: string, text: string) => ({
    ...{ id, prompt: [{ type: 'text', text }], at: start, state: 'refused', session: 'Flaky upload test' },
    error: { code: 'session_ended', message: 'This session is over.', next: '' },
  });
  keep.set(
    'outbox.s0',
    JSON.stringify([entry('old-1', 'Then run it a hundred times and tell me how often it fails.')]),
  );
  return keep;
}

function fullKeep(): Keep {
  const keep = memoryKeep();
  const error = { code: 'storage_failed', message: "The computer's disk is full.", next: '' };
  const prompt = [{ type: 'text', text: 'And remove the old wrapper when all are green.' }];
  keep.set('outbox.s1', JSON.stringify([{ id: 'full-1', prompt, at: start, state: 'here', error }]));
  return keep;
}

const ended = (): ClientState['sessions'] =>
  ['Rename the config keys', 'Why is the build slow?'].map((title, index) => ({
    id: `past-${index}`,
    title,
    cwd: '/work/web',
    agent: { name: 'Claude Code', demo: false },
    state: 'ended',
    updatedAt: start - (index + 1) * 86_400_000,
  }));

const agentSessions: AgentSessionsResult = {
  agent: 'Claude Code',
  offered: true,
  forks: true,
  sessions: [
    ['Move handlers to middleware', '/work/api-gateway', 1],
    ['Why does the nightly build take forty minutes, and what can be done about it', '/work/api-gateway', 3],
    ['', '/work/web', 5],
    ['Notes', '/home/me/private', null],
  ].map(([title, cwd, days], index) => ({
    ...{ id: `a${index}`, title: String(title), cwd: String(cwd), here: index < 3 },
    ...{
      updatedAt: days === null ? null : start - Number(days) * 86_400_000,
      open: index === 0 ? 's1' : null,
      ...(index === 2 && { live: true }),
    },
  })),
  next: null,
};

export const scenes: { [name: string]: () => void } = {
  'phone-asking': () => phone({ facts: questions.asking(), state: 'waiting' }),
  'phone-asking-edit': () => phone({ facts: questions.askingEdit(), state: 'waiting' }),
  'phone-asking-form': () => phone({ facts: questions.askingForm(), state: 'waiting' }),
  'phone-asking-plan': () => phone({ facts: questions.askingPlan(), state: 'waiting' }),
  'phone-asking-hidden': () => phone({ facts: questions.askingHidden(), state: 'waiting' }),
  'phone-asking-url': () => phone({ facts: questions.askingUrl(), state: 'waiting' }),
  'phone-asking-page': () => phone({ facts: questions.askingPage(), state: 'waiting' }),
  'phone-asking-all': () => phone({ facts: questions.askingAll(), state: 'waiting' }),
  'phone-agent-sessions': () => phone({ facts: [], more: { sessions: sessions() }, agentSessions }),
  'phone-queue': () => phone({ facts: controls().facts }),
  'phone-working': () => phone({ facts: conversation().facts }),
  'phone-rejected': () => phone({ facts: rejected(), state: 'idle' }),
  'phone-crashed': () => phone({ facts: crashed(), state: 'idle' }),
  'phone-varied': () => phone({ facts: varied() }),
  'phone-rich': () => phone({ facts: rich() }),
  'phone-hostile': () => phone({ facts: hostile() }),
  'phone-long': () => phone({ facts: many.facts, from: 1 }),
  'phone-history': () => phone({ facts: messages, from: 90 }),
  'phone-elsewhere': () => phone({ facts: messagesOf(1_000), from: 951 }),
  'phone-heavy': () => phone({ facts: heavy, from: 551 }),
  'phone-search': () => phone({ facts: messagesOf(1_000), from: 951 }),
  'phone-unread': () => phone({ facts: messagesOf(200), from: 151, keep: readKeep(170) }),
  'phone-unread-far': () => phone({ facts: messagesOf(300), from: 251, keep: readKeep(100) }),
  'phone-stranded': () => phone({ facts: conversation().facts, keep: strandedKeep() }),
  'phone-list-stranded': () =>
    phone({ facts: [], keep: strandedKeep(), more: { sessions: sessions().slice(1) } }),
  'phone-full-disk': () =>
    phone({
      facts: conversation().facts,
      keep: fullKeep(),
      way: { kind: 'reconnecting', since: start, error: null },
      more: {
        warnings: [
          'The disk of this computer is full: what happens is kept in memory. Free some space, so that nothing is lost.',
        ],
      },
    }),
  'phone-past': () => phone({ facts: [], more: { sessions: sessions() }, past: ended() }),
  'phone-ended': () =>
    phone({
      facts: varied().slice(0, -6),
      more: { sessions: [{ ...sessions()[2]!, id: 's1', state: 'ended' }] },
    }),
  'phone-empty-demo': () => phone({ facts: [], state: 'idle' }),
  'phone-offline': () =>
    phone({
      facts: conversation().facts,
      keep: waitingKeep(),
      way: { kind: 'reconnecting', since: start, error: null },
    }),
  'phone-away': () => phone({ facts: varied(), keep: waitingKeep(), way: { kind: 'away', since: start } }),
  'phone-files': () => phone({ facts: conversation().facts, keep: waitingKeep(), files }),
  'phone-view-only': () => phone({ facts: questions.asking(), state: 'waiting', scope: 'view' }),
  'phone-unprotected': () =>
    phone({ facts: questions.asking(), state: 'waiting', scope: 'answer', lasting: false }),
  'phone-list': () => phone({ facts: [], more: { sessions: sessions() } }),
  'phone-sessions': () => phone({ facts: [], more: { sessions: listed }, past: over }),
  'phone-sessions-view': () => phone({ facts: [], scope: 'view', more: { sessions: listed }, past: over }),
  'phone-sessions-many': () => phone({ facts: [], more: { sessions: manySessions() }, past: manyPast() }),
  'phone-sessions-full': () =>
    phone({ facts: [], more: { sessions: listed, spawn: { ...choices.spawn, capacity: 3 } } }),
  'phone-sessions-one': () =>
    phone({
      facts: [],
      more: { sessions: listed, spawn: { ...choices.spawn, mode: 'session', capacity: 1 } },
    }),
  'desk-sessions': () =>
    desk({ ...onStatus(), invite: null }, controls().facts, 'working', { sessions: listed }, over),
  'phone-terminals': () => phone({ facts: running(), more: { terminals } }),
  'phone-terminals-view': () => phone({ facts: running(), scope: 'view', more: { terminals } }),
  'phone-terminals-missing': () => phone({ facts: running() }),
  'desk-terminals': () => desk({ ...onStatus(), invite: null }, running(), 'working', { terminals }),
  'phone-none': () => phone({ facts: [], more: { sessions: [] } }),
  'phone-welcome': page(<Welcome error={null} stranger={false} lasting onLink={nothing} />),
  'phone-install': page(<Install onSkip={nothing} />),
  'phone-reaching': page(<Reaching onCancel={nothing} />),
  'phone-digits': page(<Digits digits="493021" scope="control" lasting onCancel={nothing} />),
  'phone-digits-lan': page(<Digits digits="493021" scope="answer" lasting={false} onCancel={nothing} />),
  'phone-expired': failed('invite_expired'),
  'phone-contested': failed('invite_contested'),
  'phone-relay': failed('relay_unreachable'),
  'phone-other-error': failed('handshake_failed'),
  'phone-revoked': page(<Revoked hostName="studio-mac" onPair={nothing} />),
  'desk-off': () =>
    desk({ ...onStatus(), state: 'off', session: null, agent: null, reach: null, invite: null }),
  'desk-starting': () =>
    desk({ ...onStatus(), state: 'starting', session: null, agent: null, reach: null, invite: null }),
  'desk-chooser': () =>
    desk({ ...onStatus(), reach: null, invite: null, devices: [], reachOptions: options }),
  'desk-qr': () => desk({ ...onStatus(), devices: [] }),
  'desk-paired': () => desk({ ...onStatus(), invite: null }),
  'desk-relay-down': () =>
    desk({
      ...onStatus(),
      state: 'reconnecting',
      invite: null,
      error: {
        code: 'relay_unreachable',
        message: 'Nothing listens at relay.example.org:8443.',
        next: 'Check that the relay runs, and its port.',
      },
    }),
  'desk-crashed': () =>
    desk({ ...onStatus(), invite: null, error: { code: 'agent_exited', ...crash } }, crashed(), 'idle'),
  'desk-no-qr': () => desk(onStatus('computer')),
  'desk-tunnel-chooser': () =>
    desk({ ...onStatus(), reach: null, invite: null, devices: [], reachOptions: tunnelOptions }),
  'desk-tunnel-starting': () => desk(tunnelStatus('cloudflared', 'starting')),
  'desk-tunnel-running': () => desk(tunnelStatus('cloudflared', 'running')),
  'desk-tunnel-tailscale': () => desk(tunnelStatus('tailscale', 'running')),
  'desk-tunnel-failed': () => desk(tunnelStatus('tailscale', 'failed')),
  'desk-tunnel-ended': () => desk(tunnelStatus('cloudflared', 'ended')),
  'desk-pairing': () =>
    desk({
      ...onStatus(),
      pairings: [
        { id: 'p', device: 'Pixel 9 · Chrome', code: '493021', scope: 'control', protectedPage: true },
      ],
    }),
  'desk-devices': () => desk(onStatus(), [], 'idle'),
  'desk-talking': () => desk(onStatus(), conversation().facts, 'working'),
  'desk-asking': () => desk(onStatus(), questions.asking(), 'waiting'),
  'desk-asking-edit': () => desk(onStatus(), questions.askingEdit(), 'waiting'),
  'desk-asking-plan': () => desk(onStatus(), questions.askingPlan(), 'waiting'),
  'desk-asking-hidden': () => desk(onStatus(), questions.askingHidden(), 'waiting'),
  'desk-asking-all': () => desk(onStatus(), questions.askingAll(), 'waiting'),
  'desk-asking-url': () => desk(onStatus(), questions.askingUrl(), 'waiting'),
  'desk-asking-page': () => desk(onStatus(), questions.askingPage(), 'waiting'),
  'desk-two': () =>
    desk({ ...onStatus(), invite: null }, controls().facts, 'working', {
      sessions: [
        { ...sessions()[1]!, id: 's1' },
        { ...sessions()[2]!, id: 's2' },
      ],
    }),
  'desk-queue': () => desk(onStatus(), controls().facts, 'working'),
  'desk-varied': () => desk(onStatus(), varied(), 'working'),
  'desk-rich': () => desk(onStatus(), rich(), 'working'),
  'desk-error': () =>
    desk({
      ...onStatus(),
      state: 'error',
      session: null,
      error: {
        code: 'port_taken',
        message: 'Another program uses port 43117, which Offdesk keeps for paired phones.',
        next: 'Stop that program, or choose another port in the settings; phones must then be paired again.',
      },
    }),
  'desk-attached': () => attach(desk(onStatus(), attachedFacts(), 'idle')),
  'phone-attached': () => attach(phone({ facts: attachedFacts(), state: 'idle' })),
  'desk-search': () => desk(onStatus(), messagesOf(140), 'idle'),
  'desk-notice': () =>
    desk({
      ...onStatus(),
      notices: [
        {
          id: 'n',
          at: start,
          severity: 'warning',
          message:
            'Two devices used the same QR code, so neither was let in. Make a new one when nobody else sees your screen.',
        },
      ],
    }),
};

loadMarkdown();
void speak(document, [document.documentElement.lang]).then(() => scenes[scene]?.());
void qr;
