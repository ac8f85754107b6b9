/** How many sessions may be open, and how new ones begin: from the settings, and toggled as it runs. */
import { OffdeskError } from '../base/error.ts';
import { limits } from '../protocol/limits.ts';
import type { SpawnMode, SpawnState } from '../protocol/new-session.ts';
import type { HostPorts } from './api.ts';

export class SessionRoom {
  readonly #host: Pick<HostPorts, 'settings'>;
  readonly #open: () => number;
  /** Toggled while the settings said `over`: they count again once they say something else. */
  #chosen: { mode: SpawnMode; over: SpawnMode } | undefined;
  /** On their way. */
  #coming = 0;

  /** `open`: sessions that are. */
  constructor(host: Pick<HostPorts, 'settings'>, open: () => number) {
    this.#host = host;
    this.#open = open;
  }

  get state(): SpawnState {
    const { capacity = limits.openSessions } = this.#host.settings();
    const most = Math.min(Math.max(Math.trunc(capacity) || 1, 1), limits.mostSessions);
    const mode = this.#chosen?.over === this.#set ? this.#chosen.mode : this.#set;
    return { mode, capacity: most, open: this.#open() };
  }

  get #set(): SpawnMode {
    return this.#host.settings().spawn ?? 'same-dir';
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
    this.#chosen = { mode, over: this.#set };
  }

  /** One more session, until it is open or is not to be. Rejects with `session_limit`. */
  async taken<T>(open: () => Promise<T>): Promise<T> {
    const { state } = this;
    const problem = noRoom({ ...state, open: state.open + this.#coming });
    if (problem) throw problem;
    this.#coming++;
    try {
      return await open();
    } finally {
      this.#coming--;
    }
  }
}

/** Why there can be no further session: `session_limit`. */
export function noRoom({ mode, open, capacity }: SpawnState): OffdeskError | undefined {
  if (mode === 'session' && open > 0) return oneAlone();
  return open >= capacity ? full(capacity) : undefined;
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
