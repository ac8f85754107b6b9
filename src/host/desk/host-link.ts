/** JSON-RPC to the host over one connection: answers and notifications are taken at once and in the order they came. */
import * as z from 'zod/v4';
import { asOffdeskError, errorFrom, OffdeskError } from '../../base/error.ts';
import { errorShape } from '../../protocol/host-status.ts';
import { urgentMethods, type MessageTransport } from '../../protocol/transport.ts';

export interface HostLinkPort {
  notification(method: string, params: unknown): void;
  /** Fires once; all requests have been rejected with `closed`. */
  ended(): void;
}

interface Pending {
  taken(result: unknown): void;
  resolve(result: unknown): void;
  reject(error: OffdeskError): void;
}

const message = z.looseObject({
  id: z.union([z.number(), z.string()]).nullish(),
  method: z.string().optional(),
  params: z.unknown().optional(),
  result: z.unknown().optional(),
  error: z.looseObject({ message: z.string(), data: z.unknown().optional() }).optional(),
});

export class HostLink {
  readonly #transport: MessageTransport;
  readonly #port: HostLinkPort;
  readonly #pending = new Map<number, Pending>();
  #next = 1;
  #open = true;

  constructor(transport: MessageTransport, port: HostLinkPort) {
    this.#transport = transport;
    this.#port = port;
    transport.onMessage((text) => this.#take(text));
    transport.onClose(() => this.#end());
  }

  /**
   * Rejects with the host's own error, or with `closed` when the connection ended first. `taken` is called with the
   * result at its place among the notifications.
   */
  request<Result>(
    method: string,
    params: object,
    taken: (result: Result) => void = () => {},
  ): Promise<Result> {
    if (!this.#open) return Promise.reject(ended());
    const id = this.#next++;
    return new Promise<Result>((resolve, reject) => {
      this.#pending.set(id, { taken, resolve, reject });
      this.#send(method, { id, method, params });
    });
  }

  notify(method: string, params: object): void {
    if (this.#open) this.#send(method, { method, params });
  }

  close(): void {
    this.#end();
    this.#transport.close();
  }

  #send(method: string, body: object): void {
    this.#transport.send(JSON.stringify({ jsonrpc: '2.0', ...body }), { urgent: urgentMethods.has(method) });
  }

  #take(text: string): void {
    if (!this.#open) return;
    let parsed: z.infer<typeof message>;
    try {
      parsed = message.parse(JSON.parse(text));
    } catch {
      this.close();
      return;
    }
    const { id, method, params, result, error } = parsed;
    if (method !== undefined) {
      if (id === undefined || id === null) this.#port.notification(method, params);
      else this.#refuse(id);
      return;
    }
    const pending = typeof id === 'number' ? this.#pending.get(id) : undefined;
    if (!pending) return;
    this.#pending.delete(id as number);
    if (error) return pending.reject(failureOf(error));
    pending.taken(result);
    pending.resolve(result);
  }

  /** The host asks nothing of a client that speaks `_offdesk`. */
  #refuse(id: number | string): void {
    const error = { code: -32601, message: 'Method not found' };
    this.#transport.send(JSON.stringify({ jsonrpc: '2.0', id, error }));
  }

  #end(): void {
    if (!this.#open) return;
    this.#open = false;
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(ended());
    this.#port.ended();
  }
}

function ended(): OffdeskError {
  return new OffdeskError('closed', 'The connection to the computer has ended.');
}

/** The host puts its code, message, next step and field into `data.offdesk`. */
function failureOf(error: { message: string; data?: unknown }): OffdeskError {
  const shape = errorShape.safeParse((error.data as { offdesk?: unknown } | null | undefined)?.offdesk);
  return shape.success ? errorFrom(shape.data) : asOffdeskError(new Error(error.message));
}
