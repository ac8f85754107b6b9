/** What becomes a fact, within bounds: larger than a message or too deep for JSON it would stop every client for good. */
import { utf8 } from '../base/bytes.ts';
import { limits } from '../protocol/limits.ts';

/** Shorter texts and keys are cut only where there are too many of them. */
const shortChars = 200;
const keyChars = 100;
const longChars = 1024 * 1024;
/** Values that are kept of something too large. */
const values = 10_000;

/** The same object where it fits into `limits.factBytes` and `factDepth`, else a copy with less in it that says so. */
export function bounded<T extends object>(value: T): T {
  return fits(value) ? value : (new Shortening().of(value, limits.factDepth) as T);
}

function fits(value: object): boolean {
  let text: string;
  try {
    text = JSON.stringify(value);
  } catch {
    return false;
  }
  // Each level costs a bracket at both ends.
  if (text.length <= 2 * limits.factDepth) return true;
  if (3 * text.length > limits.factBytes && utf8.encode(text).length > limits.factBytes) return false;
  return !isDeeper(value, limits.factDepth);
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

class Shortening {
  /** Room for longer texts, all together. */
  #chars = longChars;
  #values = values;

  of(value: unknown, levels: number): unknown {
    this.#values--;
    if (typeof value === 'string') return this.#text(value);
    if (typeof value !== 'object' || value === null) return value;
    if (levels === 0) return '…';
    if (Array.isArray(value)) {
      const kept: unknown[] = [];
      for (const inner of value as unknown[]) {
        if (this.#values <= 0) break;
        kept.push(this.of(inner, levels - 1));
      }
      return kept;
    }
    const kept: [string, unknown][] = [];
    for (const [key, inner] of Object.entries(value)) {
      if (this.#values <= 0) break;
      if (key.length <= keyChars) kept.push([key, this.of(inner, levels - 1)]);
    }
    return Object.fromEntries(kept);
  }

  #text(text: string): string {
    if (text.length <= shortChars) return text;
    const kept = Math.min(text.length, this.#chars);
    this.#chars -= kept;
    return kept === text.length
      ? text
      : `${text.slice(0, kept)}… (${text.length - kept} characters left out)`;
  }
}
