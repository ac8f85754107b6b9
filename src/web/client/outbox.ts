/** Prompts that the computer has not confirmed yet: shown at once, sent again with the same id until it has. */
import { signal } from '@preact/signals';
import { toBase64Url } from '../../base/bytes.ts';
import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/disposable.ts';
import { asOffdeskError, type ErrorShape } from '../../base/error.ts';
import type { PromptBlock } from '../../protocol/facts.ts';
import { limits } from '../../protocol/limits.ts';
import type { Keep } from './keep.ts';

export interface OutboxEntry {
  /** Made here; makes the prompt idempotent at the host. */
  id: string;
  prompt: PromptBlock[];
  at: number;
  /** `here`: kept on this device; `sent`: handed to the connection, not confirmed; `refused`: will not be sent. */
  state: 'here' | 'sent' | 'refused';
  /** Why it was refused, or why it is still here. */
  error?: ErrorShape;
  /** Name of the session it was written in, for when that is gone. */
  session?: string;
}

/** 128 random bits, base64url. */
export function newId(): string {
  return toBase64Url(crypto.getRandomValues(new Uint8Array(16)));
}

/** Sends one prompt; rejects with `closed` when the connection ended, else with the host's refusal. */
export type SendPrompt = (id: string, prompt: PromptBlock[]) => Promise<void>;

/** Undefined where nothing must happen first; rejects with why the prompt can't go. */
export type PreparePrompt = (prompt: PromptBlock[]) => Promise<void> | undefined;

/** Codes after which trying again by itself makes sense: the prompt was not taken, and that may change. */
const passing = new Set(['storage_failed']);
/** The prompt was taken, and its turn ended badly: the journal has both. */
const taken = new Set(['agent_failed']);

export class Outbox {
  readonly entries = signal<readonly OutboxEntry[]>([]);
  readonly #keep: Keep;
  readonly #key: string;
  readonly #clock: Clock;
  #send: SendPrompt | undefined;
  /** What goes with a prompt must be there before it. */
  readonly #prepare: PreparePrompt | undefined;
  #preparation: { id: string; ready: boolean } | undefined;
  #retry: Disposable | undefined;

  constructor(options: { keep: Keep; key: string; clock: Clock; prepare?: PreparePrompt }) {
    this.#keep = options.keep;
    this.#key = options.key;
    this.#clock = options.clock;
    this.#prepare = options.prepare;
    this.entries.value = readEntries(options.keep.get(options.key));
  }

  /** `session`: the name of the session. */
  add(prompt: PromptBlock[], session?: string): OutboxEntry {
    const entry: OutboxEntry = {
      ...{ id: newId(), prompt, at: this.#clock.now(), state: 'here' },
      ...(session === undefined ? {} : { session }),
    };
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
    this.#preparation = undefined;
    this.#retry?.dispose();
    this.#retry = undefined;
    const entries = this.entries.value;
    if (!entries.some(({ state }) => state === 'sent')) return;
    this.#set(entries.map((entry) => (entry.state === 'sent' ? { ...entry, state: 'here' } : entry)));
  }

  /** The host has it: what it shows from now on comes from the journal. */
  confirm(id: string): void {
    if (this.entries.value.some((entry) => entry.id === id)) this.remove(id);
  }

  remove(id: string): void {
    this.#set(this.entries.value.filter((entry) => entry.id !== id));
    this.flush();
  }

  /** One at a time: with a later one under way, one that is refused for now would come after it. */
  flush(): void {
    const send = this.#send;
    if (!send) return;
    for (const entry of this.entries.value) {
      if (entry.state === 'sent') return;
      if (entry.state !== 'here') continue;
      if (!this.#isReady(entry)) return;
      this.#update(entry.id, { state: 'sent' });
      send(entry.id, entry.prompt).then(
        // The journal says so too, but maybe far from what this client reads of it.
        () => this.confirm(entry.id),
        (thrown: unknown) => {
          const error = asOffdeskError(thrown);
          // A connection that ended says nothing about the prompt; `close` has put it back.
          if (error.code === 'closed') return;
          if (taken.has(error.code)) this.confirm(entry.id);
          else this.#refused(entry.id, error.toShape());
        },
      );
      return;
    }
  }

  /** What goes with it is there; else that is seen to, and it goes then. */
  #isReady({ id, prompt }: OutboxEntry): boolean {
    if (this.#preparation?.id === id) return this.#preparation.ready;
    const prepared = this.#prepare?.(prompt);
    if (!prepared) return true;
    const preparation = { id, ready: false };
    this.#preparation = preparation;
    prepared.then(
      () => {
        preparation.ready = true;
        if (this.#preparation === preparation) this.flush();
      },
      (thrown: unknown) => {
        if (this.#preparation !== preparation) return;
        this.#preparation = undefined;
        const error = asOffdeskError(thrown);
        if (error.code !== 'closed') this.#refused(id, error.toShape());
      },
    );
    return false;
  }

  #refused(id: string, error: ErrorShape): void {
    if (!passing.has(error.code)) {
      this.#update(id, { state: 'refused', error });
      this.flush();
      return;
    }
    this.#update(id, { state: 'here', error });
    if (!this.#send) return;
    this.#retry ??= this.#clock.after(limits.promptRetryMs, () => {
      this.#retry = undefined;
      this.flush();
    });
  }

  #update(id: string, change: Partial<OutboxEntry>): void {
    this.#set(this.entries.value.map((entry) => (entry.id === id ? { ...entry, ...change } : entry)));
  }

  /** Other pages keep theirs under the same key: what they wrote and removed meanwhile stands. */
  #set(entries: readonly OutboxEntry[]): void {
    const before = new Set(this.entries.value.map(({ id }) => id));
    const now = new Map(entries.map((entry) => [entry.id, entry]));
    const kept = readEntries(this.#keep.get(this.#key)).filter(({ id }) => now.has(id) || !before.has(id));
    const added = entries.filter(({ id }) => !before.has(id));
    const next = [...kept.map((entry) => now.get(entry.id) ?? entry), ...added];
    this.entries.value = entries;
    this.#keep.set(this.#key, next.length > 0 ? JSON.stringify(next) : undefined);
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
