/** Which item of the transcript an update belongs to, decided once, when it is journaled. */
import type { RawUpdate, SessionEvent } from '../protocol/facts.ts';
import { asBlock, asRecord, asString, blockText, parentOf } from './raw.ts';
import { updateKind } from './update-kind.ts';

/** One per journal, fed with everything in the order in which it is journaled. */
export class ItemIds {
  #next: number;
  /** The chunked item that the next chunk may continue. */
  #open: { kind: string; messageId: string | undefined; parent: string | undefined; id: string } | undefined;
  #promptId: string | undefined;
  /** Nothing was shown since the prompt: a user's text now is the prompt's own, echoed. */
  #atPrompt = false;
  #planId: string | undefined;
  /** Tool calls shown in this turn: a further update of one does not part a message. */
  #tools = new Set<string>();

  /** `next`: the first number to give; pass what a former `ItemIds` of the same journal had. */
  constructor(next = 1) {
    this.#next = next;
  }

  get next(): number {
    return this.#next;
  }

  /** The item's id; undefined where the update belongs to none. */
  idFor(update: RawUpdate, event?: SessionEvent): string | undefined {
    return event ? this.#eventId(event) : this.#updateId(update);
  }

  #eventId(event: SessionEvent): string | undefined {
    switch (event.type) {
      case 'prompt_received':
      case 'prompt_removed':
      case 'prompt_edited':
        return `p:${event.id}`;
      case 'turn_started':
        this.#show();
        this.#promptId = event.id;
        this.#atPrompt = true;
        this.#planId = undefined;
        this.#tools.clear();
        return `p:${event.id}`;
      case 'turn_ended':
        this.#show();
        this.#promptId = undefined;
        this.#planId = undefined;
        return `p:${event.id}`;
      case 'question_opened': {
        const tool = asString(asRecord(event.request['toolCall'])?.['toolCallId']);
        if (tool !== undefined) this.#tools.add(tool);
        this.#show();
        return `q:${event.id}`;
      }
      case 'question_closed':
        return `q:${event.id}`;
      case 'agent_state':
        if (event.state === 'exited') this.#show();
        return undefined;
      case 'change':
      case 'queue_ordered':
      case 'queue_held':
      case 'queue_resumed':
      case 'agent_offers':
        return undefined;
    }
  }

  #updateId(update: RawUpdate): string | undefined {
    switch (updateKind(update)) {
      case 'state':
        return undefined;
      case 'message':
      case 'thought':
        return this.#chunkId(update);
      case 'tool': {
        const toolCallId = String(update['toolCallId']);
        if (!this.#tools.has(toolCallId) || this.#parts(update)) this.#show();
        this.#tools.add(toolCallId);
        return `t:${toolCallId}`;
      }
      case 'plan':
        this.#planId ??= this.#newPlanId();
        return this.#planId;
      case 'notice':
        this.#show();
        return `n${String(this.#next++)}`;
      case 'compaction':
        this.#show();
        return `c:${String(update['compactionId'])}`;
      case 'unknown':
        return this.#continue(update.sessionUpdate, undefined, undefined, 'u');
    }
  }

  /** Without message ids, text after the end of a tool call is a new message (Copilot). */
  #parts(update: RawUpdate): boolean {
    const ended = update['status'] === 'completed' || update['status'] === 'failed';
    return ended && this.#open?.messageId === undefined;
  }

  #newPlanId(): string {
    this.#show();
    return `plan:${this.#promptId ?? `m${String(this.#next++)}`}`;
  }

  /** An empty text, which some agents send first, shows nothing. */
  #chunkId(update: RawUpdate): string | undefined {
    if (blockText(asBlock(update['content'])) === '') return undefined;
    const echo = update.sessionUpdate === 'user_message_chunk' && this.#atPrompt;
    if (echo && this.#promptId !== undefined) return `p:${this.#promptId}`;
    return this.#continue(update.sessionUpdate, asString(update['messageId']), parentOf(update), 'm');
  }

  /** The open item where it is of this kind, message and subagent, else a new one. */
  #continue(kind: string, messageId: string | undefined, parent: string | undefined, letter: string): string {
    const open = this.#open;
    if (open?.kind === kind && open.messageId === messageId && open.parent === parent) return open.id;
    this.#show();
    const id = `${letter}${String(this.#next++)}`;
    this.#open = { kind, messageId, parent, id };
    return id;
  }

  /** Something new is shown, so that what was open ends. */
  #show(): void {
    this.#open = undefined;
    this.#atPrompt = false;
  }
}
