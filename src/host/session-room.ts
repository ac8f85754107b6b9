/** How many sessions may be open, and how new ones begin: from the settings, and toggled as it runs. */
import { OffdeskError } from '../base/error.ts';
import { limits } from '../protocol/limits.ts';
import type { SpawnMode, SpawnState } from '../protocol/new-session.ts';
import type { HostPorts } from './api.ts';

export class SessionRoom {
  readonly #host: Pick<HostPorts, 'settings'>;
  readonly #open: () => number;
  #chosen: SpawnMode | undefined;
  /** On their way. */
  #coming = 0;

  /** `open`: sessions that are. */
  constructor(host: Pick<HostPorts, 'settings'>, open: () => number) {
    this.#host = host;
    this.#open = open;
  }

  get state(): SpawnState {
    const { spawn = 'same-dir', capacity = limits.openSessions } = this.#host.settings();
    const most = Math.min(Math.max(Math.trunc(capacity) || 1, 1), limits.mostSessions);
    return { mode: this.#chosen ?? spawn, capacity: most, open: this.#open() };
  }

  /** Whether there is more than one session at all is the desk's to say. Rejects with `scope_insufficient`. */
  choose(mode: SpawnMode, desk: boolean): void {
    const now = this.state.mode;
    if (!desk && mode !== now && [mode, now].includes('session'))
      throw new OffdeskError(
        'scope_insufficient',
        'Whether one session alone is shared is decided at the computer.',
        'Change it there.',
      );
    this.#chosen = mode;
  }

  /** One more session, until it is open or is not to be. Rejects with `session_limit`. */
  async taken<T>(open: () => Promise<T>): Promise<T> {
    const { mode, capacity } = this.state;
    const all = this.#open() + this.#coming;
    if (mode === 'session' && all > 0) throw oneAlone();
    if (all >= capacity) throw full(capacity);
    this.#coming++;
    try {
      return await open();
    } finally {
      this.#coming--;
    }
  }
}

function oneAlone(): OffdeskError {
  return new OffdeskError(
    'session_limit',
    'This computer shares one session, and it is open.',
    'Go on in that one, or close it first. At the computer more can be allowed (offdesk.spawn).',
  );
}

function full(capacity: number): OffdeskError {
  return new OffdeskError(
    'session_limit',
    capacity === 1
      ? '1 session is open, and this computer shares no more.'
      : `${capacity} sessions are open, and this computer shares no more.`,
    'Close one that you do not need, or allow more at the computer (offdesk.capacity).',
  );
}
