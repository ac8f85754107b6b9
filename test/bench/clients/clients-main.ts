/** Devices of a benchmark in a process of their own: they pair, attach, count what comes, and acknowledge or not. */
import { constants, setPriority } from 'node:os';
import { WebSocket } from 'ws';
import { systemClock } from '../../../src/base/clock.ts';
import { decodeInvite } from '../../../src/channel/invite.ts';
import { generateKeyPair } from '../../../src/channel/keys.ts';
import { pairDevice } from '../../../src/channel/pair.ts';
import { keepConnected } from '../../../src/channel/reconnect.ts';
import type { WebSocketPort } from '../../../src/channel/relay-socket.ts';
import { fastestAead } from '../../../src/host/node-crypto.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { methods } from '../../../src/protocol/methods.ts';
import type { MessageTransport } from '../../../src/protocol/transport.ts';
import { PROTOCOL } from '../../../src/protocol/version.ts';
import { answerCalls, say } from '../host/answer-calls.ts';
import type { ClientCommand } from './clients-process.ts';

// Phones have processors of their own; here they take what host and agent leave.
setPriority(constants.priority.PRIORITY_LOW);

const openWebSocket = (url: string) => new WebSocket(url) as unknown as WebSocketPort;
let joined = 0;

answerCalls(async ({ link, acks }: ClientCommand) => {
  const client = ++joined;
  const invite = decodeInvite(link);
  const keyPair = generateKeyPair();
  const common = { keyPair, clock: systemClock, openWebSocket };
  const { ticket } = await pairDevice({
    ...{ ...common, invite, name: `Client ${client}`, scope: 'control', protectedPage: true },
    onDigits: () => undefined,
  });
  const { relay, hostId, hostKey } = invite;
  const connection = keepConnected({ ...common, relay, hostId, hostKey, ticket, aead: fastestAead() });
  await new Promise<void>((resolve) => {
    connection.onState((state) => {
      if (state.state === 'live') attach(client, state.transport, acks, resolve);
    });
  });
});

/** Reads just enough of what comes, so that ten of these cost less than one host. */
function attach(client: number, transport: MessageTransport, acks: boolean, attached: () => void): void {
  let epoch = '';
  let session = '';
  let seq = 0;
  let acked = 0;
  let messages = 0;
  let chars = 0;
  let unacked = 0;
  let timer: NodeJS.Timeout | undefined;
  const send = (message: object): void => transport.send(JSON.stringify({ jsonrpc: '2.0', ...message }));
  const ack = (): void => {
    clearTimeout(timer);
    timer = undefined;
    unacked = 0;
    if (!acks || seq === acked) return;
    acked = seq;
    const params = { sessionId: session, cursor: { epoch, seq } };
    transport.send(JSON.stringify({ jsonrpc: '2.0', method: methods.ack, params }), { urgent: true });
  };
  transport.onClose(() => clearTimeout(timer));
  transport.onMessage((text) => {
    const update = text.includes('"method":"session/update"');
    const number = update ? /"seq":(\d+)/.exec(text.slice(text.lastIndexOf('"seq":'))) : undefined;
    if (number) {
      seq = Number(number[1]);
      messages++;
      chars += text.length;
      unacked += text.length;
      if (unacked >= limits.ackEveryBytes) ack();
      else timer ??= setTimeout(ack, limits.ackEveryMs);
      const turn = /"type":"turn_ended","id":"([^"]+)"/.exec(text)?.[1];
      if (turn !== undefined) say({ client, turn, at: Date.now(), messages, chars });
      return;
    }
    const message = JSON.parse(text) as { id?: number; method?: string; params?: unknown; result?: unknown };
    if (message.method === methods.state && session === '') {
      session = (message.params as { sessions: { id: string }[] }).sessions[0]?.id ?? '';
      if (session === '') return;
      const offdesk = { tail: 0 };
      const params = { sessionId: session, cwd: '/', mcpServers: [], _meta: { offdesk } };
      send({ id: 2, method: 'session/resume', params });
    }
    if (message.id === 2) {
      const { _meta } = message.result as { _meta: { offdesk: { head: { epoch: string } } } };
      epoch = _meta.offdesk.head.epoch;
      attached();
    }
  });
  const offdesk = { protocol: PROTOCOL, build: 'bench' };
  const hello = { protocolVersion: 1, clientCapabilities: {}, _meta: { offdesk } };
  send({ id: 1, method: 'initialize', params: hello });
}
