/** One ACP connection of a surface: requests out, and what arrives taken raw and in the order it was sent. */
import { client, PROTOCOL_VERSION, RequestError } from '@agentclientprotocol/sdk';
import type { AnyMessage, ClientContext, Stream } from '@agentclientprotocol/sdk';
import { asOffdeskError, errorFrom, OffdeskError, type ErrorShape } from '../../base/error.ts';
import { Emitter, type Event } from '../../base/emitter.ts';
import { errorShape } from '../../protocol/host-status.ts';
import { helloMeta, resumeResultMeta, type ResumeResultMeta } from '../../protocol/methods.ts';
import { acpStream, type MessageTransport } from '../../protocol/transport.ts';
import { BUILD, PROTOCOL } from '../../protocol/version.ts';

/** What arrives besides answers. Called synchronously, one after another, as sent by the host. */
export interface Arrivals {
  notification(method: string, params: unknown): void;
  /** The answer to session/resume, at its place among the notifications. */
  resumed(sessionId: string, result: ResumeResultMeta): void;
}

export type Hello =
  | { kind: 'ok'; protocol: number; build: string }
  /** `computer`: its Offdesk is older than this page; `page`: the other way. */
  | { kind: 'mismatch'; update: 'computer' | 'page'; build: string };

export interface AcpLink {
  /** Rejects with OffdeskError: the host's own code, or `closed` when the connection ended first. */
  request<Result>(method: string, params: unknown): Promise<Result>;
  notify(method: string, params: unknown): void;
  /** Characters received so far, for the pace of acknowledgements. */
  readonly received: number;
  readonly onClose: Event<ErrorShape | undefined>;
  close(): void;
}

/**
 * The SDK's schemas strip what they don't know and its handlers run later than its responses, so all
 * notifications are taken here, before it.
 */
function tap(stream: Stream, arrivals: Arrivals): Stream {
  const resuming = new Map<unknown, string>();
  const incoming = new TransformStream<AnyMessage, AnyMessage>({
    transform(message, controller) {
      if ('method' in message && !('id' in message)) {
        arrivals.notification(message.method, message.params);
        return;
      }
      if (!('method' in message) && resuming.has(message.id)) {
        const meta =
          'result' in message ? (message.result as { _meta?: { offdesk?: unknown } } | null) : null;
        const result = resumeResultMeta.safeParse(meta?._meta?.offdesk);
        if (result.success) arrivals.resumed(resuming.get(message.id)!, result.data);
        resuming.delete(message.id);
      }
      controller.enqueue(message);
    },
  });
  const outgoing = new TransformStream<AnyMessage, AnyMessage>({
    transform(message, controller) {
      if ('method' in message && 'id' in message && message.method === 'session/resume') {
        resuming.set(message.id, (message.params as { sessionId: string }).sessionId);
      }
      controller.enqueue(message);
    },
  });
  // A transport that went away makes this pipe fail; its end is reported by the transport itself.
  outgoing.readable.pipeTo(stream.writable).catch(() => undefined);
  return { readable: stream.readable.pipeThrough(incoming), writable: outgoing.writable };
}

export function openLink(transport: MessageTransport, arrivals: Arrivals): AcpLink {
  let received = 0;
  let open = true;
  const closing = new Emitter<ErrorShape | undefined>();
  const counted: MessageTransport = {
    send: (message, options) => transport.send(message, options),
    close: (reason) => transport.close(reason),
    onClose: (listener) => transport.onClose(listener),
    onMessage: (listener) =>
      transport.onMessage((text) => {
        received += text.length;
        listener(text);
      }),
  };
  const connection = client({ name: 'offdesk' }).connect(tap(acpStream(counted), arrivals));
  const agent: ClientContext = connection.agent;
  transport.onClose((reason) => {
    if (!open) return;
    open = false;
    connection.close();
    closing.fire(reason);
  });
  return {
    async request<Result>(method: string, params: unknown): Promise<Result> {
      if (!open) throw new OffdeskError('closed', 'The connection has ended.');
      try {
        return await agent.request<Result>(method, params);
      } catch (error) {
        throw open ? requestFailure(error) : new OffdeskError('closed', 'The connection has ended.');
      }
    },
    notify(method, params) {
      if (open) agent.notify(method, params).catch(() => undefined);
    },
    get received() {
      return received;
    },
    onClose: closing.event,
    close() {
      transport.close();
    },
  };
}

/** A JSON-RPC error as the host's own; the host puts its code, message, next step and field into `data`. */
export function requestFailure(error: unknown): OffdeskError {
  if (error instanceof RequestError) {
    const data = error.data as { offdesk?: unknown } | undefined;
    const shape = errorShape.safeParse(data?.offdesk ?? data);
    if (shape.success) return errorFrom(shape.data, error);
  }
  return asOffdeskError(error);
}

/** ACP `initialize`, with Offdesk's protocol number and build in `_meta.offdesk` both ways. */
export async function sayHello(link: AcpLink, name: string): Promise<Hello> {
  const result = await link.request<{ _meta?: { offdesk?: unknown } | null }>('initialize', {
    protocolVersion: PROTOCOL_VERSION,
    clientInfo: { name: 'offdesk', title: name, version: BUILD },
    clientCapabilities: { elicitation: { form: {} } },
    _meta: { offdesk: { protocol: PROTOCOL, build: BUILD } },
  });
  const hello = helloMeta.safeParse(result._meta?.offdesk);
  // A host without Offdesk's number is older than numbers.
  const theirs = hello.success ? hello.data : { protocol: 0, build: '' };
  if (theirs.protocol === PROTOCOL) return { kind: 'ok', ...theirs };
  return {
    kind: 'mismatch',
    update: theirs.protocol < PROTOCOL ? 'computer' : 'page',
    build: theirs.build,
  };
}
