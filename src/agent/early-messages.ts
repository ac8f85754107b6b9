/** What an agent says of a session whose number it has not told yet: kept, in order, until it is known whose it is. */
import type { AnyMessage } from '@agentclientprotocol/sdk';
import { limits } from '../protocol/limits.ts';

export class EarlyMessages {
  #bySession = new Map<string, { messages: AnyMessage[]; bytes: number }>();
  #bytes = 0;

  /** False where there is no more room for it. */
  add(session: string, message: AnyMessage): boolean {
    const bytes = JSON.stringify(message).length;
    if (this.#bytes + bytes > limits.agentEarlyBytes) return false;
    this.#bytes += bytes;
    const kept = this.#bySession.get(session) ?? { messages: [], bytes: 0 };
    kept.messages.push(message);
    kept.bytes += bytes;
    this.#bySession.set(session, kept);
    return true;
  }

  /** The session in which the agent asked this. */
  askedIn(request: unknown): string | undefined {
    for (const [session, kept] of this.#bySession)
      if (kept.messages.some((message) => 'method' in message && 'id' in message && message.id === request))
        return session;
    return undefined;
  }

  takeOf(session: string): AnyMessage[] {
    const kept = this.#bySession.get(session);
    this.#bySession.delete(session);
    this.#bytes -= kept?.bytes ?? 0;
    return kept?.messages ?? [];
  }

  takeAll(): AnyMessage[] {
    const all = [...this.#bySession.values()].flatMap(({ messages }) => messages);
    this.#bySession = new Map();
    this.#bytes = 0;
    return all;
  }
}
