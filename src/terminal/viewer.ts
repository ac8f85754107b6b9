/** One client that looks at a terminal: it gets what it can take, and a fresh screen once it was behind (SPEC O). */
import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import { limits } from '../protocol/limits.ts';
import type { Screen, Size, Snapshot } from './screen.ts';

export interface Told {
  /** `data` reaches up to `at`; `size`: from before it on. */
  output(output: { at: number; data: string; size?: Size }): void;
  anew(snapshot: Snapshot): void;
}

export interface ViewerPorts {
  told: Told;
  clock: Clock;
  screen: Pick<Screen, 'snapshot' | 'waiting'>;
}

export class Viewer implements Disposable {
  readonly #ports: ViewerPorts;
  /** What the client begins with. */
  readonly first: Snapshot;
  #started = false;
  /** Sent and not acknowledged, oldest first. */
  #unacked: { at: number; chars: number }[] = [];
  #unackedChars = 0;
  /** Gathers before it is sent; `#at` is its end. */
  #gathered = '';
  #at = 0;
  #merge: Disposable | undefined;
  /** It gets nothing more before it has taken what it was sent, and then a fresh screen. */
  #behind = false;
  #anew: Disposable | undefined;
  #lastAnew = -Infinity;
  #disposed = false;

  constructor(ports: ViewerPorts) {
    this.#ports = ports;
    this.first = this.#look(() => {});
  }

  /** Held in memory for it, in characters. */
  get held(): number {
    return this.#gathered.length;
  }

  get behind(): boolean {
    return this.#behind;
  }

  /** The client has what it begins with: from now on it is told what follows. */
  start(): void {
    this.#started = true;
    this.#flush();
  }

  output(data: string): void {
    if (this.#behind || this.#disposed) return;
    this.#at += data.length;
    this.#gathered += data;
    const { length } = this.#gathered;
    const unacked = this.#unackedChars + length;
    if (unacked > limits.terminalUnackedChars && this.#unacked.length > 0) this.#fallBehind();
    else if (unacked <= limits.terminalPromptChars || length >= limits.terminalMergeChars) this.#flush();
    else this.#merge ??= this.#ports.clock.after(limits.terminalMergeMs, () => this.#flush());
  }

  resize(size: Size): void {
    if (this.#behind || this.#disposed) return;
    // Nothing is told yet: the first acknowledgement brings it.
    if (!this.#started) return this.#fallBehind();
    this.#flush();
    this.#send('', size);
  }

  ack(at: number): void {
    let taken = 0;
    while (taken < this.#unacked.length && this.#unacked[taken]!.at <= at)
      this.#unackedChars -= this.#unacked[taken++]!.chars;
    this.#unacked.splice(0, taken);
    if (this.#behind) this.#catchUp();
    else if (this.#unackedChars <= limits.terminalPromptChars) this.#flush();
  }

  dispose(): void {
    this.#disposed = true;
    this.#merge?.dispose();
    this.#anew?.dispose();
    this.#gathered = '';
    this.#unacked = [];
  }

  #flush(): void {
    this.#merge?.dispose();
    this.#merge = undefined;
    if (!this.#started || this.#gathered === '') return;
    const data = this.#gathered;
    this.#gathered = '';
    this.#send(data);
  }

  #send(data: string, size?: Size): void {
    this.#sent(this.#at, data.length);
    this.#ports.told.output({ at: this.#at, data, ...(size && { size }) });
  }

  #sent(at: number, chars: number): void {
    this.#unacked.push({ at, chars });
    this.#unackedChars += chars;
  }

  #fallBehind(): void {
    this.#behind = true;
    this.#merge?.dispose();
    this.#merge = undefined;
    this.#gathered = '';
  }

  /** Once all that is on its way was taken. */
  #catchUp(): void {
    if (this.#unacked.length > 0 || this.#anew || this.#disposed) return;
    const { clock, told } = this.#ports;
    const wait = Math.max(0, this.#lastAnew + limits.terminalAnewMs - clock.now());
    this.#anew = clock.after(wait, () => {
      this.#anew = undefined;
      this.#lastAnew = clock.now();
      this.#look((shown) => told.anew(shown));
    });
  }

  /**
   * With what came since it was parsed; where that is much, it stays behind, and the next screen has it. Amid a flood
   * lines above the screen would be out of date before they are there, and writing them takes milliseconds.
   */
  #look(tell: (shown: Snapshot) => void): Snapshot {
    const { screen } = this.#ports;
    const { shown, rest } = screen.snapshot(screen.waiting > limits.terminalMergeChars ? 0 : undefined);
    this.#at = shown.at;
    this.#sent(shown.at, shown.screen.length);
    tell(shown);
    const chars = rest.reduce((sum, step) => sum + ('data' in step ? step.data.length : 1), 0);
    this.#behind = chars > limits.terminalMergeChars;
    for (const step of rest) {
      if ('data' in step) this.output(step.data);
      else this.resize(step.size);
    }
    return shown;
  }
}
