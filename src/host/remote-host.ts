/** Remote control of one window or CLI process: puts the parts together and keeps the desk's view of them. */
import { DisposableStore, type Disposable } from '../base/disposable.ts';
import { asOffdeskError, sentenceOf, type OffdeskError } from '../base/error.ts';
import { plainLine } from '../base/plain-text.ts';
import type { HostStatus, ReachKind } from '../protocol/host-status.ts';
import { limits } from '../protocol/limits.ts';
import type { MessageTransport } from '../protocol/transport.ts';
import type { Session } from '../session/session.ts';
import { activityOf } from './activity.ts';
import type { AgentLogin, HostPorts, NewSessions, RemoteHost, SessionWish } from './api.ts';
import { Clients } from './clients.ts';
import { DeskNews } from './desk-news.ts';
import { deskPort } from './desk-port.ts';
import { HostActs } from './host-acts.ts';
import { Invites } from './invites.ts';
import type { Machine } from './machine.ts';
import { McpFolders } from './mcp/mcp-folders.ts';
import type { Notice } from './notices.ts';
import { OnOff } from './on-off.ts';
import { Sessions } from './sessions.ts';
import { statusOf } from './status.ts';
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
  readonly #way: Way;
  readonly #onOff: OnOff;
  readonly #clients: Clients;
  readonly #mcp: McpFolders;
  readonly #acts: HostActs;
  readonly #invites: Invites;

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
      addressNew: () => this.#invites.createAnew(),
    });
    const news = () => this.#news;
    const invites = () => this.#invites;
    const onOff = new OnOff({ host: ports, sessions: this.#sessions, way: this.#way, invites, news });
    this.#onOff = onOff;
    const machine = () => onOff.machine;
    this.#invites = new Invites({ way: this.#way, news, machine });
    this.#acts = new HostActs({
      ...{ host: ports, sessions: this.#sessions, mcp: this.#mcp, way: this.#way },
      ...{ news, machine },
      start: () => this.start(),
      stops: () => onOff.stops,
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
    const machine = await this.#onOff.start(agent, invite);
    // Out of turn: an agent may take a minute, and reach, invite and Stop do not wait for it.
    if (machine) await this.#openSession(machine, agent, { wish: session });
  }

  stop(): Promise<void> {
    return this.#onOff.end(false);
  }

  suspend(): Promise<void> {
    return this.#onOff.end(true);
  }

  chooseReach(kind: ReachKind, url?: string): Promise<void> {
    return this.#onOff.chooseReach(kind, url);
  }

  createInvite(): Promise<void> {
    return this.#onOff.inTurn(() => this.#invites.create());
  }

  closeInvite(): Promise<void> {
    return this.#onOff.inTurn(() => this.#way.line?.desk.closeInvite());
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

  /** An agent that does not start is shown, and leaves remote control on; a session that was wished for is not here. */
  async #openSession(
    machine: Machine,
    agent: boolean,
    { again = false, wish }: { again?: boolean; wish?: SessionWish | undefined } = {},
  ): Promise<void> {
    // Stopped in between: then there is nothing to open any more.
    if (this.#onOff.machine !== machine) return;
    if (agent && !again) await this.#mcp.settle();
    if (this.#onOff.machine !== machine) return;
    try {
      const skipped = (error: OffdeskError) => this.#news.notice('warning', sentenceOf(error), error.code);
      await this.#sessions.open(agent, skipped, wish);
      if (again && this.#onOff.machine === machine) this.#onOff.error = undefined;
      this.#news.changed();
    } catch (caught) {
      const error = asOffdeskError(caught);
      if (this.#onOff.machine !== machine || error.code === 'closed') return;
      // Where a session is, its agent's state says it, and stops saying it once a prompt has started the agent.
      const none = this.#sessions.list().length === 0;
      if (none && wish) throw error;
      if (none) this.#onOff.error = error.toShape();
      if (!again) this.#news.activity(sentenceOf(error));
      this.#news.changed();
      // A full disk has room again without anybody pressing Start.
      if (none && error.code === 'storage_failed') this.#openLater(machine, agent);
    }
  }

  #openLater(machine: Machine, agent: boolean): void {
    const { clock } = this.#ports;
    this.#onOff.whileOn(
      clock.after(limits.unwrittenRetryMs, () => void this.#openSession(machine, agent, { again: true })),
    );
  }

  #report(session: Session, back: boolean): void {
    if (back)
      this.#news.activity(`the session is back: ${plainLine(session.title)}, with ${session.agentName}`);
    const subscription = session.journal.onAppend((fact) => {
      const line = activityOf(fact);
      if (line) this.#news.activity(line);
    });
    this.#onOff.whileOn(subscription);
  }

  #build(notices: Notice[]): HostStatus {
    return statusOf({
      hostName: this.#ports.hostName,
      phase: this.#onOff.phase,
      error: this.#onOff.error,
      machine: this.#onOff.machine,
      facts: this.#way.facts,
      chosen: this.#onOff.chosen,
      line: this.#way.line,
      sessions: this.#sessions.list(),
      worktreeOf: (id) => this.#sessions.worktreeOf(id),
      shown: this.#acts.shown,
      notices,
    });
  }
}
