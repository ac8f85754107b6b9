/** Settings that change while remote control is on: the user is told, once, that they need a new start. */
import type { HostSettings } from '../host/api.ts';
import type { HostStatus } from '../protocol/host-status.ts';

/** What a start takes from the settings once and for all; what is about new sessions counts as it is at each. */
export type StartSettings = Pick<HostSettings, 'agent' | 'relay' | 'publicUrl' | 'reach' | 'port'> & {
  hostName: string;
};

export interface SettingsWatchPorts {
  /** What a start would take now. */
  current(): StartSettings;
  /** Called when that is no longer what runs. */
  tell(): void;
}

export class SettingsWatch {
  readonly #ports: SettingsWatchPorts;
  /** What remote control was started with; undefined while it is off. */
  #used: StartSettings | undefined;
  /** What was told of last. */
  #told: string | undefined;
  #own = 0;

  constructor(ports: SettingsWatchPorts) {
    this.#ports = ports;
  }

  /** Call after each change of the host's state. */
  state(state: HostStatus['state']): void {
    if (state === 'off' || state === 'error') this.#used = this.#told = undefined;
    else this.#used ??= this.#ports.current();
  }

  /** Call when settings changed. */
  changed(): void {
    if (!this.#used || this.#own > 0) return;
    const now = JSON.stringify(this.#ports.current());
    if (now === JSON.stringify(this.#used)) this.#told = undefined;
    else if (now !== this.#told) {
      this.#told = now;
      this.#ports.tell();
    }
  }

  /** Writes a chosen reach, which has taken effect already. */
  async whileWritingReach(write: () => Promise<void>): Promise<void> {
    this.#own++;
    try {
      await write();
    } finally {
      this.#own--;
      const { reach, relay, publicUrl } = this.#ports.current();
      if (this.#used) this.#used = { ...this.#used, reach, relay, publicUrl };
    }
  }
}
