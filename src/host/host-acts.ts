/** What the desk does with remote control beside starting and stopping it: devices, login, MCP servers, moving it here. */
import { OffdeskError } from '../base/error.ts';
import type { FilePlace, HostStatus } from '../protocol/host-status.ts';
import type { Scope } from '../protocol/methods.ts';
import { agentLogin } from './agent-login.ts';
import type { AgentLogin, HostPorts, NewSessions, RemoteHost } from './api.ts';
import type { DeskNews } from './desk-news.ts';
import type { Machine } from './machine.ts';
import type { McpFolders } from './mcp/mcp-folders.ts';
import { takeOver } from './move.ts';
import type { Sessions } from './sessions.ts';
import type { Way } from './way.ts';

export interface HostActsPorts {
  host: HostPorts;
  sessions: Sessions;
  mcp: McpFolders;
  way: Way;
  news(): DeskNews;
  /** While it is on. */
  machine(): Machine | undefined;
  start(): Promise<void>;
  /** How often it was stopped. */
  stops(): number;
}

export class HostActs {
  readonly #ports: HostActsPorts;

  /** What the shell does with sessions, as its user. */
  readonly newSessions: NewSessions;
  #shown: HostStatus['shown'];

  constructor(ports: HostActsPorts) {
    this.#ports = ports;
    const { sessions } = ports;
    const { spawner } = sessions;
    this.newSessions = {
      choices: () => spawner.choices(),
      start: async (wish) => {
        const session = await spawner.create(wish, { kind: 'desk' });
        this.#shown = { session, at: ports.host.clock.now() };
        ports.news().changed();
        return session;
      },
      setSpawn: (mode) => Promise.resolve(spawner.choose(mode, true)),
      get spawn() {
        return spawner.state;
      },
      list: () => sessions.describe().sessions,
    };
  }

  /** What the shell started last. */
  get shown(): HostStatus['shown'] {
    return this.#shown;
  }

  async decidePairing(id: string, allow: boolean, scope?: Scope): Promise<void> {
    const { way } = this.#ports;
    const news = this.#ports.news();
    if (!way.line) throw notOn();
    const { desk } = way.line;
    const asked = desk.requests.find((request) => request.id === id);
    await desk.decide(id, allow, scope);
    if (asked && !allow) {
      const what = `${asked.device} was refused and learned nothing.`;
      news.notice('info', `${what} To let it in after all, make a new QR code or link.`, 'pairing_denied');
    }
    news.changed();
  }

  async changeDevice(id: string, change: Parameters<RemoteHost['changeDevice']>[1]): Promise<void> {
    const devices = this.#ports.machine()?.devices;
    if (!devices) throw notOn();
    if ('revoke' in change) await devices.revoke(id);
    else if ('scope' in change) await devices.setScope(id, change.scope);
    else await devices.rename(id, change.name);
  }

  async move(): Promise<void> {
    const { host, start, stops } = this.#ports;
    const before = stops();
    await takeOver(host, start, () => before !== stops());
  }

  reviewMcp(): ReturnType<McpFolders['review']> {
    return this.#ports.mcp.review();
  }

  login(): AgentLogin | undefined {
    return agentLogin(() => this.#ports.sessions.list(), this.#ports.host);
  }

  /** What a desk client asks of the shell. */
  async act(act: string, id: string | undefined, file: FilePlace | undefined): Promise<void> {
    if (act === 'dismissNotice') this.#ports.news().dismiss(id ?? '');
    else if (act === 'move') await this.move();
    else await this.#ports.host.act(act, file);
  }
}

export function notOn(): OffdeskError {
  return new OffdeskError('closed', 'Remote control is off.', 'Start it first.');
}
