/** Tool calls that the agent has begun and not ended: Copilot, Gemini and Kimi leave some open after a cancel. */
import type { RawUpdate } from '../protocol/facts.ts';

export class OpenToolCalls {
  readonly #open = new Set<string>();

  see(update: RawUpdate): void {
    if (update.sessionUpdate !== 'tool_call' && update.sessionUpdate !== 'tool_call_update') return;
    const id = update['toolCallId'];
    if (typeof id !== 'string') return;
    const status = update['status'];
    if (status === 'completed' || status === 'failed') this.#open.delete(id);
    else if (update.sessionUpdate === 'tool_call' || typeof status === 'string') this.#open.add(id);
  }

  /** Updates that end what is open; ACP has no `cancelled` status, so `failed` with a mark of ours. */
  closeAll(): RawUpdate[] {
    const updates = [...this.#open].map((toolCallId) => ({
      sessionUpdate: 'tool_call_update',
      toolCallId,
      status: 'failed',
      _meta: { offdesk: { leftOpen: true } },
    }));
    this.#open.clear();
    return updates;
  }
}
