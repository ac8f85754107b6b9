/** Calls to a process by JSON lines: each has a number, its answer has the same, and many may be under way. */
import type { TestProcess } from '../../support/processes.ts';
import { within } from '../../support/wait.ts';

type Answer = Record<string, unknown>;

export class Calls {
  readonly #process: TestProcess;
  readonly #open = new Map<number, (answer: Answer) => void>();
  #last = 0;

  /** `event` hears what is no answer. */
  constructor(process: TestProcess, event: (event: Answer) => void = () => undefined) {
    this.#process = process;
    void this.#listen(event);
  }

  /** Rejects with what the process says is wrong, or when the time is over. */
  async call<T>(command: { do: string }, timeoutMs = 60_000): Promise<T> {
    const call = ++this.#last;
    const answered = new Promise<Answer>((resolve) => this.#open.set(call, resolve));
    this.#process.writeLine(JSON.stringify({ ...command, call }));
    try {
      const answer = await within(answered, timeoutMs, `the answer to ${command.do}`);
      if (typeof answer['failed'] === 'string') throw new Error(`${command.do}: ${answer['failed']}`);
      return answer as T;
    } catch (error) {
      throw new Error(`${String(error)}\n${this.#process.output.slice(-4_000)}`, { cause: error });
    } finally {
      this.#open.delete(call);
    }
  }

  async #listen(event: (event: Answer) => void): Promise<void> {
    try {
      for (;;) {
        const answer = await this.#process.stdout.waitForJson(() => true, 3_600_000);
        const { call } = answer;
        if (typeof call === 'number') this.#open.get(call)?.(answer);
        else event(answer);
      }
    } catch {
      // It has ended: open calls run into their bounds, which show what it printed.
    }
  }
}
