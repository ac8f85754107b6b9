/** One turn of an agent: over when it answers, when it is gone, or when it goes on for too long after its cancel. */
import type { OffdeskError } from '../base/error.ts';

export class AgentTurn {
  /** Runs from its cancel on. */
  #patience: NodeJS.Timeout | undefined;
  /** The agent did not end it in time, and is being ended for it. */
  #givenUp = false;

  /** Rejects with what the agent says (RequestError), or with why it is gone. */
  async end(
    answer: Promise<{ stopReason: string }>,
    exited: Promise<OffdeskError>,
  ): Promise<{ stopReason: string }> {
    const lost = exited.then((error) =>
      this.#givenUp ? { stopReason: 'cancelled' } : Promise.reject(error),
    );
    try {
      const { stopReason } = await Promise.race([answer, lost]);
      return { stopReason };
    } catch (error) {
      // It broke off, by our own hand.
      if (this.#givenUp) return await lost;
      throw error;
    } finally {
      clearTimeout(this.#patience);
    }
  }

  /** `giveUp` is called where the turn still runs after so many milliseconds; the process is to be ended then. */
  cancelled(ms: number, giveUp: () => void): void {
    this.#patience ??= setTimeout(() => {
      this.#givenUp = true;
      giveUp();
    }, ms);
  }
}
