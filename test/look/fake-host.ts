/** A host for the eye: answers the client's JSON-RPC from fixed facts, state and status. */
import { Emitter } from '../../src/base/emitter.ts';
import type { ErrorShape } from '../../src/base/error.ts';
import { toNotification, type Fact } from '../../src/protocol/facts.ts';
import type { HostStatus } from '../../src/protocol/host-status.ts';
import {
  methods,
  type AgentSessionsResult,
  type ClientState,
  type SearchResult,
  type SessionState,
} from '../../src/protocol/methods.ts';
import type { MessageTransport } from '../../src/protocol/transport.ts';
import { PROTOCOL } from '../../src/protocol/version.ts';
import { findInItem } from '../../src/session/find.ts';
import { attachedAnswer } from './fake-attached.ts';
import { openElsewhere, sessionAnswer } from './fake-sessions.ts';
import { terminalAnswer } from './fake-terminals.ts';

export interface FakeHost {
  facts: Fact[];
  state: ClientState;
  status?: HostStatus;
  files?: { path: string; uri: string; matches: number[] }[];
  protocol?: number;
  /** `before` of the first history page; null when all is in the tail. */
  from?: number | null;
  past?: ClientState['sessions'];
  agentSessions?: AgentSessionsResult;
}

const noTerminals = {
  code: -32000,
  message: 'refused',
  data: {
    offdesk: {
      code: 'terminals_missing',
      message: 'Terminals are not part of this build of Offdesk for linux on x64.',
      next: 'Install the extension for this platform; everything else works without.',
    },
  },
};

/** What a page may do to the host it talks to, for checks. */
export interface Played {
  /** Journals and sends one more fact. */
  more(fact: Fact): void;
  /** Tells it something that is no fact. */
  tell(method: string, params: object): void;
  /** A session begins to work, to wait or to rest. */
  turn(session: string, to: SessionState): void;
  /** What it was asked and told to do, the newest last. */
  readonly asked: { method: string; params: unknown }[];
}

interface Message {
  id?: number | string;
  method?: string;
  params?: {
    id?: string;
    live?: string;
    sessionId?: string;
    before?: number;
    at?: number;
    limit?: number;
    query?: string;
  };
}

export function fakeTransport(host: FakeHost): MessageTransport & Played {
  const messages = new Emitter<string>();
  const closing = new Emitter<ErrorShape | undefined>();
  const post = (message: object) =>
    setTimeout(() => messages.fire(JSON.stringify({ jsonrpc: '2.0', ...message })), 0);
  const answer = (id: Message['id'], result: unknown) => post({ id, result });
  const asked: Played['asked'] = [];
  const receive = ({ id, method, params }: Message) => {
    if (method !== undefined) asked.push({ method, params });
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
          if (fact.seq < (host.from ?? 1)) continue;
          post({ method: 'session/update', params: toNotification(params?.sessionId ?? '', fact) });
        }
        return;
      }
      case methods.history: {
        const limit = params?.limit ?? 1;
        const from = params?.at ?? Math.max(1, (params?.before ?? 1) - limit);
        const next = params?.at === undefined ? (params?.before ?? 1) : from + limit;
        const page = host.facts.filter(({ seq }) => seq >= from && seq < next);
        const updates = page.map((fact) => toNotification(params?.sessionId ?? '', fact));
        const last = host.facts.at(-1)?.seq ?? 0;
        return void answer(id, { updates, from: from > 1 ? from : null, next: next <= last ? next : null });
      }
      case methods.search:
        return void answer(id, searched(host.facts, params?.query ?? '', params?.before ?? null));
      case methods.past: {
        const from = Number(params?.before ?? 0);
        const to = from + (params?.limit ?? past.length);
        return void answer(id, { sessions: past.slice(from, to), next: to < past.length ? `${to}` : null });
      }
      case methods.agentSessions: {
        const none: AgentSessionsResult = { agent: 'Claude Code', offered: true, sessions: [], next: null };
        return void answer(id, host.agentSessions ?? none);
      }
      case methods.agentSessionContinue: {
        const live = host.agentSessions?.sessions.some((one) => one.live && one.id === params?.id);
        if (!live || params?.live !== undefined) return void answer(id, { sessionId: 's1' });
        return void post({
          id,
          error: { code: -32000, message: 'refused', data: { offdesk: openElsewhere } },
        });
      }
      case methods.files:
        return void answer(id, { files: host.files ?? [] });
      case 'session/prompt':
      case methods.terminal.input:
      case methods.answer:
        // Never answered: what is on its way stays visible.
        return;
      default: {
        if (id === undefined) return;
        const terminal = terminalAnswer(method ?? '', params ?? {});
        if (terminal) return void answer(id, terminal);
        if (method === methods.terminal.open) return void post({ id, error: noTerminals });
        const attached = attachedAnswer(method ?? '', params ?? {});
        if (attached !== undefined) return attached ? void answer(id, attached) : undefined;
        answerOfSessions(id, method ?? '', params ?? {});
      }
    }
  };
  const past = (host.past ??= []);
  const answerOfSessions = (id: Message['id'], method: string, params: object) => {
    const said = sessionAnswer(method, params, host.state, past);
    if (said?.state) {
      host.state = said.state;
      post({ method: methods.state, params: host.state });
    }
    if (said?.error) post({ id, error: { code: -32000, message: 'refused', data: said.error } });
    else answer(id, said?.result ?? {});
  };
  return {
    asked,
    tell: (method, params) => post({ method, params }),
    turn: (session, to) => {
      const sessions = host.state.sessions.map((one) => (one.id === session ? { ...one, state: to } : one));
      host.state = { ...host.state, sessions };
      post({ method: methods.state, params: host.state });
    },
    more: (fact) => post({ method: 'session/update', params: toNotification('s1', fact) }),
    send: (text) => receive(JSON.parse(text) as Message),
    onMessage: messages.event,
    onClose: closing.event,
    close: (reason) => closing.fire(reason),
  };
}

/** A hundred items a step, so that the progress can be seen. */
function searched(facts: readonly Fact[], query: string, before: number | null): SearchResult {
  const from = Math.max(1, (before ?? facts.length + 1) - 100);
  const hits = facts
    .filter(({ seq }) => seq >= from && seq < (before ?? Infinity))
    .flatMap((fact) => findInItem([fact], query) ?? [])
    .reverse();
  return { hits, next: from > 1 ? from : null };
}
