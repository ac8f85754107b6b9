/** What is typed into a terminal on its way to the host: little at once, a long paste piece by piece, as fast as it is taken. */
import { limits } from './limits.ts';

export interface TypingPorts {
  /** Without an answer. */
  tell(data: string): void;
  /** Resolves once more will be taken; rejects where nothing of it was. */
  ask(data: string): Promise<unknown>;
  /** What was not sent yet is dropped, since a piece of it was not taken for this reason. */
  dropped?(error: unknown): void;
}

export class Typing {
  readonly #ports: TypingPorts;
  #waiting = '';
  #going = false;

  constructor(ports: TypingPorts) {
    this.#ports = ports;
  }

  /** Also nothing: who types has the terminal in its size. False where too much waits already: nothing of it is taken. */
  type(data: string): boolean {
    if (data === '' || (!this.#going && data.length <= limits.terminalInputChars)) {
      this.#ports.tell(data);
      return true;
    }
    if (this.#waiting.length + data.length > limits.terminalTypedChars) return false;
    this.#waiting += data;
    if (!this.#going) void this.#go();
    return true;
  }

  async #go(): Promise<void> {
    this.#going = true;
    try {
      while (this.#waiting !== '') {
        const piece = firstOf(this.#waiting);
        this.#waiting = this.#waiting.slice(piece.length);
        await this.#ports.ask(piece);
      }
    } catch (error) {
      // A part of it without what came before would be another text.
      this.#waiting = '';
      this.#ports.dropped?.(error);
    } finally {
      this.#going = false;
    }
  }
}

/** Cut between characters: a half of one would arrive as another. */
function firstOf(text: string): string {
  const most = limits.terminalInputChars;
  const last = text.charCodeAt(most - 1);
  return text.slice(0, text.length > most && last >= 0xd800 && last < 0xdc00 ? most - 1 : most);
}
