/** What the desk does with remote control beside starting and stopping it: devices, login, MCP servers, moving it here. */
import { OffdeskError } from '../base/error.ts';
import type { FilePlace } from '../protocol/host-status.ts';
import type { Scope } from '../protocol/methods.ts';
import { agentLogin } from './agent-login.ts';
import type { AgentLogin, HostPorts, RemoteHost } from './api.ts';
import type { DeskNews } from './desk-news.ts';
import type { Machine } from './machine.ts';
import type { McpServers } from './mcp/mcp-servers.ts';
import { takeOver } from './move.ts';
import type { Sessions } from './sessions.ts';
import type { Way } from './way.ts';

export interface HostActsPorts {
  host: HostPorts;
  sessions: Sessions;
  mcp: McpServers;
  way: Way;
  news: DeskNews;
  /** While it is on. */
  machine(): Machine | undefined;
  start(): Promise<void>;
  /** How often it was stopped. */
  stops(): number;
}

export class HostActs {
  readonly #ports: HostActsPorts;

  constructor(ports: HostActsPorts) {
    this.#ports = ports;
  }

  async decidePairing(id: string, allow: boolean, scope?: Scope): Promise<void> {
    const { way, news } = this.#ports;
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

  reviewMcp(): ReturnType<McpServers['review']> {
    return this.#ports.mcp.review();
  }

  login(): AgentLogin | undefined {
    return agentLogin(() => this.#ports.sessions.list(), this.#ports.host);
  }

  /** What a desk client asks of the shell. */
  async act(act: string, id: string | undefined, file: FilePlace | undefined): Promise<void> {
    if (act === 'dismissNotice') this.#ports.news.dismiss(id ?? '');
    else if (act === 'move') await this.move();
    else await this.#ports.host.act(act, file);
  }
}

export function notOn(): OffdeskError {
  return new OffdeskError('closed', 'Remote control is off.', 'Start it first.');
}
