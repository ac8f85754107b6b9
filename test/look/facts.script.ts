/** A journal written by hand: each call adds a fact, numbered and dated as a host would. */
import {
  eventUpdate,
  type Fact,
  type Origin,
  type RawUpdate,
  type SessionEvent,
} from '../../src/protocol/facts.ts';
import { ItemIds } from '../../src/transcript/item-ids.ts';

export const start = new Date('2026-11-20T09:41:00').getTime();
const agent: Origin = { kind: 'agent' };
export const desk: Origin = { kind: 'desk' };
export const phone: Origin = { kind: 'device', id: 'd1', name: 'Pixel 9 · Chrome' };
export const host: Origin = { kind: 'host' };

/** Option id, name, kind. */
export type Option = readonly [id: string, name: string, kind: string];

export interface ToolCall {
  toolCallId: string;
  title: string;
  kind: string;
  content?: object[];
}

export class Script {
  readonly facts: Fact[] = [];
  #ids = new ItemIds();
  #at = start;

  event(event: SessionEvent, origin: Origin = agent): this {
    return this.#add(eventUpdate(), origin, event);
  }

  update(update: RawUpdate, origin: Origin = agent): this {
    return this.#add(update, origin);
  }

  ready(): this {
    return this.event({ type: 'agent_state', state: 'ready' }, host);
  }

  say(text: string): this {
    return this.update({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } });
  }

  think(text: string): this {
    return this.update({ sessionUpdate: 'agent_thought_chunk', content: { type: 'text', text } });
  }

  prompt(id: string, text: string, origin: Origin, files: string[] = []): this {
    const links = files.map((name) => ({ type: 'resource_link', name, uri: `file:///work/${name}` }));
    return this.event({ type: 'prompt_received', id, prompt: [{ type: 'text', text }, ...links] }, origin);
  }

  /** A prompt that is taken up at once. */
  turn(id: string, text: string, origin: Origin, files?: string[]): this {
    return this.prompt(id, text, origin, files).event({ type: 'turn_started', id }, origin);
  }

  done(id: string): this {
    return this.event({ type: 'turn_ended', id, outcome: 'done', stopReason: 'end_turn' }, host);
  }

  interrupted(id: string, message: string): this {
    return this.event({ type: 'turn_ended', id, outcome: 'interrupted', message }, host);
  }

  /** A tool call in one piece. A text as `content` is its output. */
  tool(call: ToolCall, status: string, content?: string | object[]): this {
    return this.update({ sessionUpdate: 'tool_call', status, ...withContent(call, content) });
  }

  /** How a call ended that began as a question. */
  toolEnds(call: ToolCall, status: string, content?: string): this {
    return this.update({ sessionUpdate: 'tool_call_update', status, ...withContent(call, content) });
  }

  asksLeave(id: string, toolCall: object, options: readonly Option[]): this {
    const request = {
      toolCall,
      options: options.map(([optionId, name, kind]) => ({ optionId, name, kind })),
    };
    return this.event({ type: 'question_opened', id, kind: 'permission', request });
  }

  elicits(id: string, request: object): this {
    return this.event({ type: 'question_opened', id, kind: 'elicitation', request: { ...request } });
  }

  chosen(id: string, optionId: string, origin: Origin): this {
    return this.event({ type: 'question_closed', id, answer: { outcome: 'selected', optionId } }, origin);
  }

  later(ms: number): this {
    this.#at += ms;
    return this;
  }

  #add(update: RawUpdate, origin: Origin, event?: SessionEvent): this {
    const item = this.#ids.idFor(update, event);
    this.#at += 400;
    this.facts.push({
      seq: this.facts.length + 1,
      at: this.#at,
      origin,
      update,
      ...(event ? { event } : {}),
      ...(item === undefined ? {} : { item }),
    });
    return this;
  }
}

function withContent(call: ToolCall, content: string | object[] = []): ToolCall {
  if (typeof content !== 'string') return content.length > 0 ? { ...call, content } : call;
  return { ...call, content: [{ type: 'content', content: { type: 'text', text: content } }] };
}
