/** A host for the eye: answers the client's JSON-RPC from fixed facts, state and status. */
import { Emitter } from '../../src/base/emitter.ts';
import type { ErrorShape } from '../../src/base/error.ts';
import { toNotification, type Fact } from '../../src/protocol/facts.ts';
import type { HostStatus } from '../../src/protocol/host-status.ts';
import { methods, type ClientState } from '../../src/protocol/methods.ts';
import type { MessageTransport } from '../../src/protocol/transport.ts';
import { PROTOCOL } from '../../src/protocol/version.ts';

export interface FakeHost {
  facts: Fact[];
  state: ClientState;
  status?: HostStatus;
  files?: { path: string; uri: string; matches: number[] }[];
  protocol?: number;
  /** `before` of the first history page; null when all is in the tail. */
  from?: number | null;
}

interface Message {
  id?: number | string;
  method?: string;
  params?: { sessionId?: string };
}

export function fakeTransport(host: FakeHost): MessageTransport {
  const messages = new Emitter<string>();
  const closing = new Emitter<ErrorShape | undefined>();
  const post = (message: object) =>
    setTimeout(() => messages.fire(JSON.stringify({ jsonrpc: '2.0', ...message })), 0);
  const answer = (id: Message['id'], result: unknown) => post({ id, result });
  const receive = ({ id, method, params }: Message) => {
    switch (method) {
      case 'initialize':
        answer(id, {
          protocolVersion: 1,
          agentCapabilities: {},
          authMethods: [],
          _meta: { offdesk: { protocol: host.protocol ?? PROTOCOL, build: '0.1.0' } },
        });
        post({ method: methods.state, params: host.state });
        if (host.status) post({ method: methods.host.status, params: host.status });
        return;
      case 'session/resume': {
        const head = { epoch: 'e1', seq: host.facts.at(-1)?.seq ?? 0 };
        answer(id, { _meta: { offdesk: { head, from: host.from ?? null, reset: false } } });
        for (const fact of host.facts) {
          post({ method: 'session/update', params: toNotification(params?.sessionId ?? '', fact) });
        }
        return;
      }
      case methods.files:
        return void answer(id, { files: host.files ?? [] });
      case 'session/prompt':
      case methods.answer:
        // Never answered: what is on its way stays visible.
        return;
      default:
        if (id !== undefined) answer(id, {});
    }
  };
  return {
    send: (text) => receive(JSON.parse(text) as Message),
    onMessage: messages.event,
    onClose: closing.event,
    close: (reason) => closing.fire(reason),
  };
}
