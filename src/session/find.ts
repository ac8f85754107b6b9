/** Finding a text in what an item says. */
import type { Fact } from '../protocol/facts.ts';
import type { SearchHit } from './journal.ts';

/** Characters of an excerpt on each side of the match. */
const around = 60;

/** `facts`: all of one item, coalesced, in order. Case does not count. */
export function findInItem(facts: readonly Fact[], query: string): SearchHit | undefined {
  const [first] = facts;
  if (!first || first.item === undefined) return undefined;
  const wanted = query.toLowerCase();
  // Whether spaces or new lines part two words does not matter to who looks for them.
  const text = facts.map(textOf).join('').replace(/\s+/g, ' ');
  const start = text.toLowerCase().indexOf(wanted);
  if (start < 0) return undefined;
  const from = Math.max(0, start - around);
  return {
    seq: first.seq,
    item: first.item,
    at: first.at,
    excerpt: text.slice(from, start + wanted.length + around),
    start: start - from,
    end: start - from + wanted.length,
  };
}

/** What a reader sees of it, about: every text in content, title, plan and question. */
function textOf(fact: Fact): string {
  const { event, update } = fact;
  if (event?.type === 'prompt_received') return texts(event.prompt);
  if (event?.type === 'question_opened') return texts(event.request);
  if (event) return '';
  return texts(update);
}

const shown = new Set([
  'text',
  'title',
  'content',
  'newText',
  'message',
  'description',
  'entries',
  'uri',
  'path',
]);

/** Texts of one chunk follow each other without a space: words are told in pieces. */
function texts(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '';
  if (Array.isArray(value)) return value.map(texts).filter(Boolean).join(' ');
  return Object.entries(value)
    .filter(([key, inner]) => shown.has(key) || typeof inner === 'object')
    .map(([key, inner]) => (key === '_meta' ? '' : texts(inner)))
    .filter(Boolean)
    .join(' ');
}
