/** `offdesk attach`: pairs as a device, and is an ACP agent on stdio for any ACP editor. */
import { hostname } from 'node:os';
import { Readable, Writable } from 'node:stream';
import { ndJsonStream } from '@agentclientprotocol/sdk';
import { WebSocket } from 'ws';
import { fromBase64Url, toBase64Url } from '../base/bytes.ts';
import { systemClock } from '../base/clock.ts';
import { OffdeskError, sentenceOf } from '../base/error.ts';
import type { Log } from '../base/log.ts';
import { plainLines } from '../base/plain-text.ts';
import { decodeInvite, slotOf } from '../channel/invite.ts';
import { generateKeyPair, keyPairFromSecret } from '../channel/keys.ts';
import { pairDevice } from '../channel/pair.ts';
import { hostAway } from '../channel/reasons.ts';
import { keepConnected, type ConnectionState } from '../channel/reconnect.ts';
import type { WebSocketPort } from '../channel/relay-socket.ts';
import { AttachedHosts, type AttachedHost } from '../host/attached-hosts.ts';
import { allows, type Scope } from '../protocol/methods.ts';
import { EditorAgent } from './attach/editor-agent.ts';
import { HostPeer } from './client/host-peer.ts';
import { machineFolder } from './ports.ts';
import { stderrLog } from './stderr-log.ts';

export interface AttachOptions {
  invite?: string;
  scope: Scope;
  /** Id of a session; the live one unless named. */
  session?: string;
  /** Name or id of a paired computer; the one used last unless named. */
  host?: string;
  name?: string;
  verbose?: boolean;
}

const openWebSocket = (url: string) => new WebSocket(url) as unknown as WebSocketPort;

/** Sentences for whoever reads the editor's log; stdout is the protocol's alone. */
function say(text: string): void {
  process.stderr.write(`offdesk: ${plainLines(text)}\n`);
}

/** Resolves when the editor has closed stdin, or at a signal. */
export async function attach(options: AttachOptions): Promise<void> {
  // What a library says belongs into the log, too.
  console.log = console.info = console.debug = console.error;
  const log = stderrLog(options.verbose ?? false);
  const peer = new HostPeer(systemClock);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort());
  process.stdout.on('error', () => stop.abort());
  const asked = process.stdin.isTTY === true;
  let away = new OffdeskError('closed', 'The other computer has not let this one in yet.', 'Allow it there.');
  // The editor is greeted at once; what needs the computer waits for it.
  const editor = asked
    ? undefined
    : new EditorAgent({
        stream: ndJsonStream(
          Writable.toWeb(process.stdout) as WritableStream<Uint8Array>,
          Readable.toWeb(process.stdin) as ReadableStream<Uint8Array>,
        ),
        peer,
        session: options.session,
        away: () => away,
      });
  const ended = editor?.closed.then(() => stop.abort());
  try {
    const hosts = await AttachedHosts.open(machineFolder());
    const host = await pairing(hosts, options, stop.signal, log);
    if (!host) return;
    if (asked) {
      say(`Name "offdesk attach" as an ACP agent in your editor: it comes back to ${host.hostName}.`);
      return;
    }
    const { scope: wish } = options;
    await connected(hosts, host, peer, { wish, log, signal: stop.signal, away: (error) => (away = error) });
  } catch (error) {
    if (stop.signal.aborted) return;
    throw error;
  } finally {
    peer.dispose();
    editor?.dispose();
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 500).unref())]);
    process.stdin.destroy();
  }
}

/** Undefined when it was stopped meanwhile. */
async function pairing(
  hosts: AttachedHosts,
  { invite: link, scope, host: wanted, name }: AttachOptions,
  signal: AbortSignal,
  log: Log,
): Promise<AttachedHost | undefined> {
  const known = await hosts.list();
  if (link === undefined) {
    const host = known.find(
      ({ hostId, hostName }) => wanted === undefined || [hostId, hostName].includes(wanted),
    );
    if (host) return host;
    throw new OffdeskError(
      'device_unknown',
      wanted === undefined
        ? 'This computer is not paired with another one yet.'
        : `This computer is not paired with "${wanted}".`,
      'Copy a pairing link there and run: offdesk attach --invite LINK',
    );
  }
  const invite = decodeInvite(link);
  const slot = slotOf(invite.secret);
  const before = known.find(({ hostId }) => hostId === invite.hostId);
  // An editor names the same invite at each start; it serves once.
  if (before?.slot === slot) return before;
  const keyPair = before ? keyPairFromSecret(fromBase64Url(before.secret)) : generateKeyPair();
  try {
    const { ticket, scope, hostName } = await pairDevice({
      ...{ invite, keyPair, scope: wish(), signal, log, openWebSocket },
      clock: systemClock,
      name: name ?? `Editor on ${hostname()}`,
      protectedPage: true,
      onDigits: (digits) =>
        say(
          `Waiting to be let in. The other computer shows these digits, too: ${digits.slice(0, 3)} ${digits.slice(3)}`,
        ),
    });
    const host: AttachedHost = {
      ...{ version: 1, hostId: invite.hostId, hostName, relay: invite.relay, ticket, scope, slot },
      hostKey: toBase64Url(invite.hostKey),
      secret: toBase64Url(keyPair.secret),
      usedAt: systemClock.now(),
    };
    await hosts.put(host);
    say(`Paired with ${hostName}. It may ${mayDo[scope]}.`);
    return host;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }

  function wish(): Scope {
    return scope;
  }
}

const mayDo: Readonly<Record<Scope, string>> = {
  view: 'read along',
  answer: 'read along, answer questions and stop the agent',
  control: 'send prompts and approve actions',
};

interface Connecting {
  /** What it was asked to be able to do. */
  wish: Scope;
  log: Log;
  signal: AbortSignal;
  away(error: OffdeskError): void;
}

/** Stays connected until it is stopped; rejects when no retry can mend it. */
async function connected(
  hosts: AttachedHosts,
  host: AttachedHost,
  peer: HostPeer,
  { wish, log, signal, away }: Connecting,
): Promise<void> {
  let kept = host;
  let told = false;
  const connection = keepConnected({
    ...{ relay: host.relay, hostId: host.hostId, ticket: host.ticket, log, openWebSocket },
    hostKey: fromBase64Url(host.hostKey),
    keyPair: keyPairFromSecret(fromBase64Url(host.secret)),
    clock: systemClock,
    onWelcome: ({ ticket, scope, hostName }) => {
      kept = { ...kept, ticket, scope, hostName, usedAt: systemClock.now() };
      if (!allows(scope, wish) && !told) {
        told = true;
        say(`It may ${mayDo[scope]}. For more: raise it on ${hostName}, or pair again with a new link.`);
      }
      hosts.put(kept).catch((error: unknown) => log.write('warn', String(error)));
    },
  });
  let lost = false;
  try {
    return await new Promise<void>((resolve, reject) => {
      if (signal.aborted) return resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
      const changed = (state: ConnectionState): void => {
        switch (state.state) {
          case 'connecting':
            return;
          case 'live':
            if (lost) say(`Connected with ${kept.hostName} again.`);
            lost = false;
            return peer.use(state.transport);
          case 'hostAway':
          case 'waiting': {
            const error = state.state === 'waiting' ? state.error : hostAway;
            away(new OffdeskError(error.code, error.message, error.next));
            peer.lose();
            if (!lost) say(`${sentenceOf(error)} Trying until it is back; nothing is lost.`);
            lost = true;
            return;
          }
          case 'stopped': {
            const { code, message, next } = state.error;
            const error = new OffdeskError(code, message, next);
            peer.fail(error);
            const forgotten = code === 'device_revoked' ? hosts.remove(host.hostId) : Promise.resolve();
            forgotten.catch(() => undefined).finally(() => reject(error));
          }
        }
      };
      connection.onState(changed);
      changed(connection.state);
    });
  } finally {
    connection.dispose();
  }
}
