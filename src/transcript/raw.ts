/** Reading JSON that nobody has checked: each reader gives a value of its type or undefined, and never throws. */
import { limits } from '../protocol/limits.ts';
import type { Block, Raw } from './items.ts';

export function asRecord(value: unknown): Raw | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : undefined;
}

export function asArray(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? (value as unknown[]) : undefined;
}

export function asString(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** `value` where it is one of `choices`. */
export function oneOf<const T extends string>(choices: readonly T[], value: unknown): T | undefined {
  return choices.find((choice) => choice === value);
}

export function asBlock(value: unknown): Block | undefined {
  const block = asRecord(value);
  return block && typeof block['type'] === 'string' ? (block as Block) : undefined;
}

/** The text of a text block. */
export function blockText(block: Block | undefined): string | undefined {
  return block?.type === 'text' ? asString(block['text']) : undefined;
}

/** Claude's way to say whose subagent an update is of: the id of the call that started it. */
export function parentOf(update: Raw): string | undefined {
  return asString(asRecord(asRecord(update['_meta'])?.['claudeCode'])?.['parentToolUseId']) || undefined;
}

/** JSON for reading, shortened; never throws, also for what JSON cannot say. */
export function readable(value: unknown): string {
  let text: string | undefined;
  try {
    text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  } catch {
    // Too deep, or not from JSON at all: then `String` could throw, too.
    text = '…';
  }
  text ??= String(value);
  return text.length > limits.readableChars ? `${text.slice(0, limits.readableChars)}…` : text;
}
