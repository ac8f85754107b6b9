/** One ACP connection of a surface: requests out, and what arrives taken raw and in the order it was sent. */
import { asOffdeskError, errorFrom, OffdeskError, type ErrorShape } from '../../base/error.ts';
import { Emitter, type Event } from '../../base/emitter.ts';
import { errorShape } from '../../protocol/host-status.ts';
import { helloMeta, resumeResultMeta, type ResumeResultMeta } from '../../protocol/methods.ts';
import { urgentMethods, type MessageTransport } from '../../protocol/transport.ts';
import { ACP, BUILD, PROTOCOL } from '../../protocol/version.ts';

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

/** An answer that is still to come. */
interface Pending {
  /** Of `session/resume`: whose. */
  resuming: string | undefined;
  resolve(result: unknown): void;
  reject(error: OffdeskError): void;
}

/** JSON-RPC 2.0 as it arrives; the host is believed once its channel is. */
interface Incoming {
  id?: number | string | null;
  method?: string;
  params?: unknown;
  result?: { _meta?: { offdesk?: unknown } } | null;
  error?: { message: string; data?: unknown };
}

/**
 * The SDK's client would be a tenth of the page; it strips what its schemas don't know, and its handlers run later than
 * its answers. Here all that came before an answer was taken when the answer is.
 */
export function openLink(transport: MessageTransport, arrivals: Arrivals): AcpLink {
  let received = 0;
  let open = true;
  let requests = 0;
  const pending = new Map<unknown, Pending>();
  const closing = new Emitter<ErrorShape | undefined>();
  const send = (method: string, message: object) =>
    transport.send(JSON.stringify({ jsonrpc: '2.0', ...message }), { urgent: urgentMethods.has(method) });

  const take = (message: Incoming) => {
    const { id, method, params } = message;
    if (method !== undefined) {
      if (id === undefined) arrivals.notification(method, params);
      // Nothing is asked of a surface: it answers questions by a request of its own.
      else send(method, { id, error: { code: -32601, message: 'Method not found', data: { method } } });
      return;
    }
    const asked = pending.get(id);
    if (!asked) return;
    pending.delete(id);
    if (message.error) {
      asked.reject(failureOf(message.error));
      return;
    }
    if (asked.resuming !== undefined) {
      const result = resumeResultMeta.safeParse(message.result?._meta?.offdesk);
      if (result.success) arrivals.resumed(asked.resuming, result.data);
    }
    asked.resolve(message.result);
  };

  transport.onMessage((text) => {
    received += text.length;
    if (!open) return;
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      message = undefined;
    }
    if (typeof message !== 'object' || message === null) {
      transport.close({ code: 'frame_invalid', message: 'The computer sent what cannot be read.', next: '' });
      return;
    }
    try {
      take(message);
    } catch (error) {
      // What comes next would stand on what was not taken; the next connection gets it again.
      transport.close(asOffdeskError(error).toShape());
    }
  });
  transport.onClose((reason) => {
    if (!open) return;
    open = false;
    for (const { reject } of pending.values()) reject(closed());
    pending.clear();
    closing.fire(reason);
  });
  return {
    request<Result>(method: string, params: unknown): Promise<Result> {
      if (!open) return Promise.reject(closed());
      const id = requests++;
      const resuming = method === 'session/resume' ? (params as { sessionId: string }).sessionId : undefined;
      return new Promise((resolve, reject) => {
        pending.set(id, { resuming, resolve: (result) => resolve(result as Result), reject });
        send(method, { id, method, params });
      });
    },
    notify(method, params) {
      if (open) send(method, { method, params });
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

const closed = () => new OffdeskError('closed', 'The connection has ended.');

/** A JSON-RPC error as the host's own; the host puts its code, message, next step and field into `data`. */
function failureOf(error: { message: string; data?: unknown }): OffdeskError {
  const data = error.data as { offdesk?: unknown } | undefined;
  const shape = errorShape.safeParse(data?.offdesk ?? data);
  return shape.success ? errorFrom(shape.data, error) : new OffdeskError('internal', error.message);
}

/** ACP `initialize`, with Offdesk's protocol number and build in `_meta.offdesk` both ways. */
export async function sayHello(link: AcpLink, name: string): Promise<Hello> {
  const result = await link.request<{ _meta?: { offdesk?: unknown } | null }>('initialize', {
    protocolVersion: ACP,
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
