/** A process of this benchmark that talks by messages, and ends with it. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { within } from '../../support/wait.ts';

export class Child {
  readonly #child;
  readonly #ended: Promise<never>;

  constructor(file: string, args: string[] = []) {
    const path = fileURLToPath(new URL(file, import.meta.url));
    this.#child = fork(path, args, {
      execArgv: ['--import=tsx'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#ended = new Promise((_, reject) => {
      this.#child.once('exit', (code) => reject(new Error(`it ended with ${code}`)));
    });
    this.#ended.catch(() => {});
  }

  /** The next message that has this. */
  next<T>(key: string, ms = 600_000): Promise<T> {
    const came = new Promise<T>((resolve, reject) => {
      const take = (message: Record<string, unknown>) => {
        if (!(key in message)) return;
        this.#child.off('message', take);
        resolve(message as T);
      };
      this.#child.on('message', take);
      this.#ended.catch(reject);
    });
    return within(came, ms, key);
  }

  ask<T>(what: string, key: string): Promise<T> {
    this.#child.send(what);
    return this.next<T>(key, 60_000);
  }

  stop(): void {
    this.#child.disconnect();
  }
}
