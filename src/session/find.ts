/** Finding a text in what an item says. */
import type { Fact } from '../protocol/facts.ts';
import { chunkText } from './coalesce.ts';
import type { SearchHit } from './journal.ts';

/** Characters of an excerpt on each side of the match. */
const around = 60;

/** `facts`: of one item, in order. Case does not count, nor whether spaces or new lines part two words. */
export function findInItem(facts: readonly Fact[], query: string): SearchHit | undefined {
  const [first] = facts;
  if (!first || first.item === undefined) return undefined;
  const text = oneLine(textOfFacts(facts));
  const wanted = folded(oneLine(query));
  const start = folded(text).indexOf(wanted);
  if (start < 0) return undefined;
  const from = Math.max(0, start - around);
  const end = start + wanted.length;
  // Half a character (a surrogate) would be shown as a question mark.
  const whole = (at: number) => (/[\uDC00-\uDFFF]/.test(text.charAt(at)) ? at - 1 : at);
  return {
    seq: first.first ?? first.seq,
    item: first.item,
    at: first.at,
    excerpt: text.slice(Math.max(0, whole(from)), whole(Math.min(text.length, end + around))),
    start: start - Math.max(0, whole(from)),
    end: end - Math.max(0, whole(from)),
  };
}

/**
 * The longest piece of a query that is the same in a text and in its JSON, folded: where it is not, `findInItem` finds
 * nothing. What is escaped in JSON (such as a character whose halves came apart), or is space, is no part of it.
 */
export function plainPiece(query: string): string {
  const pieces = folded(query).split(/[\s"\\\x00-\x1f\x7f-\x9f\ud800-\udfff]+/);
  return pieces.reduce((a, b) => (b.length > a.length ? b : a), '');
}

let units: Uint16Array | undefined;

/** What each UTF-16 unit is folded to. */
export function foldedUnits(): Uint16Array {
  units ??= Uint16Array.from({ length: 0x10000 }, (_, unit) =>
    folded(String.fromCharCode(unit)).charCodeAt(0),
  );
  return units;
}

/** Lower case, of the same length: `toLowerCase` makes two characters of one, and gives sigma two forms. */
function folded(text: string): string {
  const lower = text.toLowerCase();
  const same = lower.length === text.length ? lower : text.replaceAll('\u0130', 'i').toLowerCase();
  return same.includes('\u03c2') ? same.replaceAll('\u03c2', '\u03c3') : same;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

/** Chunks follow each other without a space, as words are told in pieces; everything else stands apart. */
export function textOfFacts(facts: readonly Fact[]): string {
  let text = '';
  for (const fact of facts) {
    const chunk = chunkText(fact);
    if (chunk !== undefined) text += chunk;
    else text += `\n${textOf(fact)}\n`;
  }
  return text;
}

/** What a reader sees of it, about: texts, titles, paths, commands, plans, questions. */
function textOf({ event, update }: Fact): string {
  const found: string[] = [];
  if (event?.type === 'prompt_received') gather(event.prompt, found);
  else if (event?.type === 'question_opened') gather(event.request, found);
  else if (event?.type === 'turn_ended') gather(event.message, found);
  else if (!event) {
    gather(update, found);
    terminals(update['_meta'], found);
  }
  return found.join('\n');
}

/** Names, kinds and codes, which no reader sees, and pictures. */
const hidden = new Set([
  '_meta',
  'annotations',
  'blob',
  'data',
  'kind',
  'messageId',
  'mimeType',
  'optionId',
  'priority',
  'sessionId',
  'sessionUpdate',
  'status',
  'terminalId',
  'toolCallId',
  'type',
]);

function gather(value: unknown, found: string[]): void {
  if (typeof value === 'string') found.push(value);
  else if (Array.isArray(value)) for (const one of value) gather(one, found);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, one] of Object.entries(value)) if (!hidden.has(key)) gather(one, found);
  }
}

/** Output beside the content (a convention of Zed, Claude and Codex). */
function terminals(meta: unknown, found: string[]): void {
  if (typeof meta !== 'object' || meta === null) return;
  for (const key of ['terminal_output', 'terminal_output_delta']) {
    const entry = (meta as Record<string, unknown>)[key];
    const data = typeof entry === 'object' && entry !== null ? (entry as { data?: unknown }).data : undefined;
    if (typeof data === 'string') found.push(data);
  }
}
