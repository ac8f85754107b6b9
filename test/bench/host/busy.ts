/** How long a process keeps its event loop to itself, in processor time, which a busy machine does not change. */

/** Between two looks; what is shorter is not seen. */
const lookMs = 5;

export class Busy {
  #timer: NodeJS.Timeout | undefined;
  #most = 0;

  start(): void {
    let before = process.cpuUsage();
    this.#timer ??= setInterval(() => {
      const { user, system } = process.cpuUsage(before);
      before = process.cpuUsage();
      this.#most = Math.max(this.#most, (user + system) / 1000);
    }, lookMs).unref();
  }

  /** Milliseconds of processor between two looks, of all threads, the most since the last call. */
  take(): number {
    const most = this.#most;
    this.#most = 0;
    return most;
  }
}
