/** Remote control of one window or CLI process: puts the parts together and keeps the desk's view of them. */
import { DisposableStore, type Disposable } from '../base/disposable.ts';
import { asOffdeskError, OffdeskError, sentenceOf, type ErrorShape } from '../base/error.ts';
import { plainLine } from '../base/plain-text.ts';
import type { HostStatus, ReachKind } from '../protocol/host-status.ts';
import { limits } from '../protocol/limits.ts';
import { isTunnelKind } from '../protocol/tunnel.ts';
import type { MessageTransport } from '../protocol/transport.ts';
import type { Session } from '../session/session.ts';
import { activityOf } from './activity.ts';
import { candidates } from './agent-command.ts';
import type { AgentLogin, HostPorts, NewSessions, RemoteHost, SessionWish } from './api.ts';
import { Clients } from './clients.ts';
import { DeskNews } from './desk-news.ts';
import { deskPort } from './desk-port.ts';
import { HostActs, notOn } from './host-acts.ts';
import { reachFacts } from './line.ts';
import { openMachine, type Machine } from './machine.ts';
import { McpFolders } from './mcp/mcp-folders.ts';
import { onMoveWanted } from './move.ts';
import type { Notice } from './notices.ts';
import { initialReach, withUrl } from './reach-choice.ts';
import { Sessions } from './sessions.ts';
import { statusOf } from './status.ts';
import { assertTunnel } from './tunnel-programs.ts';
import { Way } from './way.ts';

export function createRemoteHost(ports: HostPorts): RemoteHost {
  return new Host(ports);
}

class Host implements RemoteHost {
  readonly #ports: HostPorts;
  readonly #sessions: Sessions;
  readonly #store = new DisposableStore();
  readonly #news: DeskNews;
  readonly onStatus: RemoteHost['onStatus'];
  readonly onActivity: RemoteHost['onActivity'];
  #phase: 'off' | 'starting' | 'on' | 'error' = 'off';
  #error: ErrorShape | undefined;
  #machine: Machine | undefined;
  readonly #way: Way;
  #chosen = false;
  /** Ends with the machine. */
  #whileOn = new DisposableStore();
  readonly #clients: Clients;
  readonly #mcp: McpFolders;
  readonly #acts: HostActs;
  /** Start, stop and change of reach happen one after the other. */
  #last: Promise<unknown> = Promise.resolve();
  /** How often it was stopped: what waits for its turn to start again does not outlive a Stop. */
  #stops = 0;

  constructor(ports: HostPorts) {
    this.#ports = ports;
    this.#mcp = new McpFolders({
      ...{ ports: ports.mcp, cwd: ports.cwd, machineFolder: ports.machineFolder },
      ...{ clock: ports.clock, log: ports.log },
      notice: (message, code) => this.#news.notice('warning', message, code),
      activity: (line) => this.#news.activity(line),
    });
    this.#sessions = new Sessions(ports, ({ cwd }) => this.#mcp.of(cwd));
    this.#clients = new Clients({
      sessions: this.#sessions,
      activity: (line) => this.#news.activity(line),
      log: ports.log,
    });
    this.#way = new Way({
      host: ports,
      changed: () => this.#news.changed(),
      notice: (severity, message, code) => this.#news.notice(severity, message, code),
      connected: (connection) => this.#clients.serveDevice(connection),
      addressNew: () => this.#inviteAnew(),
    });
    this.#acts = new HostActs({
      ...{ host: ports, sessions: this.#sessions, mcp: this.#mcp, way: this.#way },
      news: () => this.#news,
      machine: () => this.#machine,
      start: () => this.start(),
      stops: () => this.#stops,
    });
    const build = (notices: Notice[]) => this.#build(notices);
    this.#news = this.#store.add(new DeskNews({ clock: ports.clock, build }));
    this.onStatus = this.#news.onStatus;
    this.onActivity = this.#news.onActivity;
    this.#store.add(
      this.#sessions.onChange(() => {
        this.#news.warn(this.#sessions.warnings);
        this.#news.changed();
      }),
    );
    this.#store.add(this.#sessions.onSession(({ session, back }) => this.#report(session, back)));
  }

  get status(): HostStatus {
    return this.#news.status;
  }

  async start({ agent = true, invite, session }: Parameters<RemoteHost['start']>[0] = {}): Promise<void> {
    const machine = await this.#inTurn(() => this.#start(agent, invite));
    // Out of turn: an agent may take a minute, and reach, invite and Stop do not wait for it.
    if (machine) await this.#openSession(machine, agent, { wish: session });
  }

  stop(): Promise<void> {
    return this.#end(false);
  }

  suspend(): Promise<void> {
    return this.#end(true);
  }

  #end(back: boolean): Promise<void> {
    this.#stops++;
    this.#sessions.cancelOpening(back);
    return this.#inTurn(async () => {
      await this.#stop(back);
      if (!back) await this.#remember(false);
      this.#phase = 'off';
      this.#error = undefined;
      this.#news.changed();
    });
  }

  chooseReach(kind: ReachKind, url?: string): Promise<void> {
    return this.#inTurn(async () => {
      const machine = this.#machine;
      if (!machine) throw notOn();
      if (isTunnelKind(kind)) await assertTunnel(kind, this.#ports.terminalPath?.());
      const facts = withUrl(await reachFacts(this.#ports, machine, kind), kind, url);
      await this.#way.connect(machine, kind, facts);
      this.#chosen = true;
      await this.#ports.rememberReach(kind, url?.trim());
      this.#inviteIfRoom();
    });
  }

  createInvite(): Promise<void> {
    return this.#inTurn(() => this.#invite());
  }

  closeInvite(): Promise<void> {
    return this.#inTurn(() => this.#way.line?.desk.closeInvite());
  }

  decidePairing(...args: Parameters<RemoteHost['decidePairing']>): Promise<void> {
    return this.#acts.decidePairing(...args);
  }

  changeDevice(...args: Parameters<RemoteHost['changeDevice']>): Promise<void> {
    return this.#acts.changeDevice(...args);
  }

  get newSessions(): NewSessions {
    return this.#acts.newSessions;
  }

  dismissNotice(id: string): void {
    this.#news.dismiss(id);
  }

  move(): Promise<void> {
    return this.#acts.move();
  }

  reviewMcp(): ReturnType<HostActs['reviewMcp']> {
    return this.#acts.reviewMcp();
  }

  login(): AgentLogin | undefined {
    return this.#acts.login();
  }

  connectDesk(transport: MessageTransport, { counts = true } = {}): Disposable {
    return this.#clients.serveDesk(transport, deskPort(this), counts);
  }

  act(...args: Parameters<HostActs['act']>): Promise<void> {
    return this.#acts.act(...args);
  }

  dispose(): void {
    void this.suspend().finally(() => this.#store.dispose());
  }

  /** Undefined when it was on already. */
  async #start(agent: boolean, invite: boolean | undefined): Promise<Machine | undefined> {
    if (this.#phase === 'on') return undefined;
    this.#phase = 'starting';
    this.#error = undefined;
    this.#news.changed();
    try {
      // A name that nobody knows is a mistake in the settings, not an agent that fails.
      candidates(this.#ports.settings().agent, this.#ports);
      const machine = await openMachine(this.#ports);
      this.#machine = machine;
      this.#whileOn = new DisposableStore();
      this.#whileOn.add(machine.devices.onChange(() => this.#news.changed()));
      this.#whileOn.add(machine.lock.onLost((error) => void this.#stepBack(error)));
      this.#whileOn.add(
        onMoveWanted(machine.folder, (title) => {
          void this.#stepBack(
            new OffdeskError(
              'host_locked',
              `Remote control moved to ${title}.`,
              'Start it here again to take it back.',
            ),
          );
        }),
      );
      const reach = initialReach(this.#ports.settings());
      this.#chosen = reach !== undefined;
      const kind = reach ?? 'computer';
      await this.#way.connect(machine, kind, await reachFacts(this.#ports, machine, kind));
      this.#phase = 'on';
      this.#news.forget('host_locked');
      this.#news.changed();
      await this.#remember(true);
      const wanted = reach !== undefined && agent && machine.devices.all.length === 0;
      if (invite ?? wanted) this.#inviteIfRoom();
      return machine;
    } catch (error) {
      await this.#stop(true);
      this.#phase = 'error';
      this.#error = asOffdeskError(error).toShape();
      this.#news.changed();
      throw error;
    }
  }

  /** An agent that does not start is shown, and leaves remote control on; a session that was wished for is not here. */
  async #openSession(
    machine: Machine,
    agent: boolean,
    { again = false, wish }: { again?: boolean; wish?: SessionWish | undefined } = {},
  ): Promise<void> {
    // Stopped in between: then there is nothing to open any more.
    if (this.#machine !== machine) return;
    if (agent && !again) await this.#mcp.settle();
    if (this.#machine !== machine) return;
    try {
      const skipped = (error: OffdeskError) => this.#news.notice('warning', sentenceOf(error), error.code);
      await this.#sessions.open(agent, skipped, wish);
      if (again && this.#machine === machine) this.#error = undefined;
      this.#news.changed();
    } catch (caught) {
      const error = asOffdeskError(caught);
      if (this.#machine !== machine || error.code === 'closed') return;
      // Where a session is, its agent's state says it, and stops saying it once a prompt has started the agent.
      const none = this.#sessions.list().length === 0;
      if (none && wish) throw error;
      if (none) this.#error = error.toShape();
      if (!again) this.#news.activity(sentenceOf(error));
      this.#news.changed();
      // A full disk has room again without anybody pressing Start.
      if (none && error.code === 'storage_failed') this.#openLater(machine, agent);
    }
  }

  #openLater(machine: Machine, agent: boolean): void {
    const { clock } = this.#ports;
    this.#whileOn.add(
      clock.after(limits.unwrittenRetryMs, () => void this.#openSession(machine, agent, { again: true })),
    );
  }

  /** Where an invite is a convenience: with a full list the rest goes on, and the desk says why there is none. */
  #inviteIfRoom(): void {
    const full = this.#machine?.devices.full;
    if (full) this.#news.notice('warning', full.sentence, full.code);
    else this.#invite();
  }

  /** An invite leads to an address; one that was made before there was any may be over by now. */
  #inviteAnew(): void {
    const desk = this.#way.line?.desk;
    if (desk?.invite ?? desk?.expired ?? this.#way.line?.kind === 'cloudflared') this.#inviteIfRoom();
  }

  #invite(): void {
    if (!this.#way.line) throw notOn();
    this.#way.line.desk.createInvite();
    // The way in after all that it speaks of was taken.
    this.#news.forget('pairing_denied');
    this.#news.changed();
  }

  /** Its sessions are still there when it starts here again; by itself it does not. */
  async #stepBack(error: OffdeskError): Promise<void> {
    await this.suspend();
    await this.#remember(false);
    this.#news.notice('warning', error.sentence, error.code);
  }

  async #stop(back: boolean): Promise<void> {
    await this.#way.disconnect();
    await this.#sessions.closeAll(back);
    this.#whileOn.dispose();
    const machine = this.#machine;
    this.#machine = undefined;
    this.#chosen = false;
    await machine?.close();
  }

  /** Whether it shall come back by itself after a reload or crash. */
  async #remember(on: boolean): Promise<void> {
    try {
      await this.#ports.rememberOn?.(on);
    } catch (error) {
      this.#ports.log.write('warn', 'not remembered whether it is on', { code: asOffdeskError(error).code });
    }
  }

  #report(session: Session, back: boolean): void {
    if (back)
      this.#news.activity(`the session is back: ${plainLine(session.title)}, with ${session.agentName}`);
    const subscription = session.journal.onAppend((fact) => {
      const line = activityOf(fact);
      if (line) this.#news.activity(line);
    });
    this.#whileOn.add(subscription);
  }

  #build(notices: Notice[]): HostStatus {
    return statusOf({
      hostName: this.#ports.hostName,
      phase: this.#phase,
      error: this.#error,
      machine: this.#machine,
      facts: this.#way.facts,
      chosen: this.#chosen,
      line: this.#way.line,
      sessions: this.#sessions.list(),
      shown: this.#acts.shown,
      notices,
    });
  }

  #inTurn<T>(work: () => Promise<T> | T): Promise<T> {
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => {});
    return result;
  }
}
