/** Remote control goes on and off and changes its reach, one after the other, with all that ends with it. */
import { DisposableStore, type Disposable } from '../base/disposable.ts';
import { asOffdeskError, OffdeskError, type ErrorShape } from '../base/error.ts';
import type { ReachKind } from '../protocol/host-status.ts';
import { isTunnelKind } from '../protocol/tunnel.ts';
import { candidates } from './agent-command.ts';
import type { HostPorts } from './api.ts';
import type { DeskNews } from './desk-news.ts';
import { notOn } from './host-acts.ts';
import type { Invites } from './invites.ts';
import { reachFacts } from './line.ts';
import { openMachine, type Machine } from './machine.ts';
import { onMoveWanted } from './move.ts';
import { initialReach, withUrl } from './reach-choice.ts';
import type { Sessions } from './sessions.ts';
import { assertTunnel } from './tunnel-programs.ts';
import type { Way } from './way.ts';

export interface OnOffPorts {
  host: HostPorts;
  sessions: Sessions;
  way: Way;
  invites(): Invites;
  news(): DeskNews;
}

export class OnOff {
  readonly #ports: OnOffPorts;
  #phase: 'off' | 'starting' | 'on' | 'error' = 'off';
  #machine: Machine | undefined;
  #chosen = false;
  /** Ends with the machine. */
  #whileOn = new DisposableStore();
  /** Start, stop and change of reach happen one after the other. */
  #last: Promise<unknown> = Promise.resolve();
  #stops = 0;
  /** Why it is not on, or has no session. */
  error: ErrorShape | undefined;

  constructor(ports: OnOffPorts) {
    this.#ports = ports;
  }

  get phase(): 'off' | 'starting' | 'on' | 'error' {
    return this.#phase;
  }

  /** While it is on. */
  get machine(): Machine | undefined {
    return this.#machine;
  }

  /** Somebody chose the reach. */
  get chosen(): boolean {
    return this.#chosen;
  }

  /** How often it was stopped: what waits for its turn to start again does not outlive a Stop. */
  get stops(): number {
    return this.#stops;
  }

  /** Disposed when it goes off. */
  whileOn(registration: Disposable): void {
    this.#whileOn.add(registration);
  }

  /** Undefined when it was on already. */
  start(agent: boolean, invite: boolean | undefined): Promise<Machine | undefined> {
    return this.inTurn(() => this.#start(agent, invite));
  }

  /** `back`: its sessions are still there when it starts again. */
  end(back: boolean): Promise<void> {
    this.#stops++;
    this.#ports.sessions.cancelOpening(back);
    return this.inTurn(async () => {
      await this.#stop(back);
      if (!back) await this.#remember(false);
      this.#phase = 'off';
      this.error = undefined;
      this.#changed();
    });
  }

  chooseReach(kind: ReachKind, url?: string): Promise<void> {
    const { host, way, invites } = this.#ports;
    return this.inTurn(async () => {
      const machine = this.#machine;
      if (!machine) throw notOn();
      if (isTunnelKind(kind)) await assertTunnel(kind, host.terminalPath?.());
      const facts = withUrl(await reachFacts(host, machine, kind), kind, url);
      await way.connect(machine, kind, facts);
      this.#chosen = true;
      await host.rememberReach(kind, url?.trim());
      invites().createIfRoom();
    });
  }

  inTurn<T>(work: () => Promise<T> | T): Promise<T> {
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => {});
    return result;
  }

  async #start(agent: boolean, invite: boolean | undefined): Promise<Machine | undefined> {
    if (this.#phase === 'on') return undefined;
    const { host, way, news, invites } = this.#ports;
    this.#phase = 'starting';
    this.error = undefined;
    this.#changed();
    try {
      // A name that nobody knows is a mistake in the settings, not an agent that fails.
      candidates(host.settings().agent, host);
      const machine = await openMachine(host);
      this.#machine = machine;
      this.#whileOn = new DisposableStore();
      this.#whileOn.add(machine.devices.onChange(() => this.#changed()));
      this.#whileOn.add(machine.lock.onLost((error) => void this.#stepBack(error)));
      this.#whileOn.add(onMoveWanted(machine.folder, (title) => void this.#stepBack(movedTo(title))));
      const reach = initialReach(host.settings());
      this.#chosen = reach !== undefined;
      const kind = reach ?? 'computer';
      await way.connect(machine, kind, await reachFacts(host, machine, kind));
      this.#phase = 'on';
      news().forget('host_locked');
      this.#changed();
      await this.#remember(true);
      const wanted = reach !== undefined && agent && machine.devices.all.length === 0;
      if (invite ?? wanted) invites().createIfRoom();
      return machine;
    } catch (error) {
      await this.#stop(true);
      this.#phase = 'error';
      this.error = asOffdeskError(error).toShape();
      this.#changed();
      throw error;
    }
  }

  /** Its sessions are still there when it starts here again; by itself it does not. */
  async #stepBack(error: OffdeskError): Promise<void> {
    await this.end(true);
    await this.#remember(false);
    this.#ports.news().notice('warning', error.sentence, error.code);
  }

  async #stop(back: boolean): Promise<void> {
    const { way, sessions } = this.#ports;
    await way.disconnect();
    await sessions.closeAll(back);
    this.#whileOn.dispose();
    const machine = this.#machine;
    this.#machine = undefined;
    this.#chosen = false;
    await machine?.close();
  }

  /** Whether it shall come back by itself after a reload or crash. */
  async #remember(on: boolean): Promise<void> {
    const { host } = this.#ports;
    try {
      await host.rememberOn?.(on);
    } catch (error) {
      host.log.write('warn', 'not remembered whether it is on', { code: asOffdeskError(error).code });
    }
  }

  #changed(): void {
    this.#ports.news().changed();
  }
}

function movedTo(title: string): OffdeskError {
  return new OffdeskError(
    'host_locked',
    `Remote control moved to ${title}.`,
    'Start it here again to take it back.',
  );
}
