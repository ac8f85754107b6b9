/** Questions of which only the newest counts: one is under way, and the newest waits for it to end. */
import { OffdeskError } from './error.ts';

interface Waiting<Question, Answer> {
  question: Question;
  resolve(answer: Promise<Answer>): void;
  reject(error: OffdeskError): void;
}

export class Newest<Question, Answer> {
  readonly #request: (question: Question) => Promise<Answer>;
  #waiting: Waiting<Question, Answer> | undefined;
  #busy = false;

  constructor(request: (question: Question) => Promise<Answer>) {
    this.#request = request;
  }

  /** Rejects with `superseded` where a newer one came before this one could go. */
  ask(question: Question): Promise<Answer> {
    if (!this.#busy) return this.#go(question);
    this.#waiting?.reject(new OffdeskError('superseded', 'A newer search took its place.'));
    return new Promise((resolve, reject) => (this.#waiting = { question, resolve, reject }));
  }

  async #go(question: Question): Promise<Answer> {
    this.#busy = true;
    try {
      return await this.#request(question);
    } finally {
      this.#busy = false;
      const next = this.#waiting;
      this.#waiting = undefined;
      if (next) next.resolve(this.#go(next.question));
    }
  }
}
