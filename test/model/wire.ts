/** What a wire format of a model does: read a request, write a reply. */
import type { EventWriter } from './sse.ts';
import type { ModelReply, ModelRequest } from './scenarios.ts';

export type Json = Record<string, unknown>;

export interface Wire {
  read(body: Json, url: URL): ModelRequest;
  stream(reply: ModelReply, events: EventWriter, id: string): Promise<void>;
  whole(reply: ModelReply, id: string): Json;
}

/** What every reply says it cost. */
export const used = { input: 1234, output: 42 };

export const record = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
export const list = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

/** The text of a content that is a string, a block, or a list of blocks. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (Array.isArray(content)) return content.map(textOf).join('\n');
  const { text, content: inner, output } = record(content);
  return typeof text === 'string' ? text : textOf(inner ?? output ?? '');
}
