/** Prompts that the computer has not confirmed yet: shown at once, sent again with the same id until it has. */
import { signal } from '@preact/signals';
import { toBase64Url } from '../../base/bytes.ts';
import type { Clock } from '../../base/clock.ts';
import { asOffdeskError, type ErrorShape } from '../../base/error.ts';
import type { PromptBlock } from '../../protocol/facts.ts';
import type { Keep } from './keep.ts';

export interface OutboxEntry {
  /** Made here; makes the prompt idempotent at the host. */
  id: string;
  prompt: PromptBlock[];
  at: number;
  /** `here`: kept on this device; `sent`: handed to the connection, not confirmed; `refused`: will not be sent. */
  state: 'here' | 'sent' | 'refused';
  error?: ErrorShape;
}

/** 128 random bits, base64url. */
export function newId(): string {
  return toBase64Url(crypto.getRandomValues(new Uint8Array(16)));
}

/** Sends one prompt; rejects with `closed` when the connection ended, else with the host's refusal. */
export type SendPrompt = (id: string, prompt: PromptBlock[]) => Promise<void>;

export class Outbox {
  readonly entries = signal<readonly OutboxEntry[]>([]);
  readonly #keep: Keep;
  readonly #key: string;
  readonly #clock: Clock;
  #send: SendPrompt | undefined;

  constructor(options: { keep: Keep; key: string; clock: Clock }) {
    this.#keep = options.keep;
    this.#key = options.key;
    this.#clock = options.clock;
    this.entries.value = readEntries(options.keep.get(options.key));
  }

  add(prompt: PromptBlock[]): OutboxEntry {
    const entry: OutboxEntry = { id: newId(), prompt, at: this.#clock.now(), state: 'here' };
    this.#set([...this.entries.value, entry]);
    this.flush();
    return entry;
  }

  /** A way to the host is there; everything unconfirmed goes again, in order. */
  open(send: SendPrompt): void {
    this.#send = send;
    this.flush();
  }

  close(): void {
    this.#send = undefined;
    this.#set(
      this.entries.value.map((entry) => (entry.state === 'sent' ? { ...entry, state: 'here' } : entry)),
    );
  }

  /** The host has it: what it shows from now on comes from the journal. */
  confirm(id: string): void {
    if (this.entries.value.some((entry) => entry.id === id)) this.remove(id);
  }

  remove(id: string): void {
    this.#set(this.entries.value.filter((entry) => entry.id !== id));
  }

  flush(): void {
    const send = this.#send;
    if (!send) return;
    for (const entry of this.entries.value) {
      if (entry.state !== 'here') continue;
      this.#update(entry.id, { state: 'sent' });
      send(entry.id, entry.prompt).catch((thrown: unknown) => {
        const error = asOffdeskError(thrown);
        // A connection that ended says nothing about the prompt; `close` has put it back.
        if (error.code !== 'closed') this.#update(entry.id, { state: 'refused', error: error.toShape() });
      });
    }
  }

  #update(id: string, change: Partial<OutboxEntry>): void {
    this.#set(this.entries.value.map((entry) => (entry.id === id ? { ...entry, ...change } : entry)));
  }

  #set(entries: readonly OutboxEntry[]): void {
    this.entries.value = entries;
    this.#keep.set(this.#key, entries.length > 0 ? JSON.stringify(entries) : undefined);
  }
}

/** What an earlier page kept; anything malformed is forgotten. */
function readEntries(text: string | undefined): OutboxEntry[] {
  if (!text) return [];
  try {
    const parsed = JSON.parse(text) as OutboxEntry[];
    return parsed
      .filter((entry) => typeof entry.id === 'string' && Array.isArray(entry.prompt))
      .map((entry) => ({ ...entry, state: entry.state === 'refused' ? 'refused' : 'here' }));
  } catch {
    return [];
  }
}
