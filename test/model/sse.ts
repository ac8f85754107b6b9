/** Server-sent events of a reply, at the pace of a model, until the client hangs up. */
import type { ServerResponse } from 'node:http';

export class EventWriter {
  readonly #response: ServerResponse;
  readonly #paceMs: () => number;
  #gone = false;

  /** `paceMs`: after each word. */
  constructor(response: ServerResponse, paceMs: () => number) {
    this.#response = response;
    this.#paceMs = paceMs;
    response.on('close', () => (this.#gone = true));
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  }

  /** `event`: the SSE event's name, where the format has one. */
  send(data: object | string, event?: string): void {
    if (this.#gone) return;
    const text = typeof data === 'string' ? data : JSON.stringify(data);
    this.#response.write(`${event === undefined ? '' : `event: ${event}\n`}data: ${text}\n\n`);
  }

  /** Calls for each word, with a pause between them; false when the client is gone. */
  async words(text: string, each: (word: string) => void): Promise<boolean> {
    for (const word of text.match(/\S+\s*|\s+/g) ?? []) {
      if (this.#gone) return false;
      each(word);
      const ms = this.#paceMs();
      if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
    }
    return !this.#gone;
  }

  end(): void {
    this.#response.end();
  }
}
