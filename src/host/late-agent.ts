/** An agent that starts only once something else is over, such as the process that was there before it. */
import { OffdeskError } from '../base/error.ts';
import type { AgentOffers, AgentPort, OwnSessions } from '../session/agent-port.ts';

export class LateAgent implements AgentPort {
  readonly #agent: AgentPort;
  readonly #before: Promise<unknown>;
  #stopped = false;

  /** `before` never rejects. */
  constructor(agent: AgentPort, before: Promise<unknown>) {
    this.#agent = agent;
    this.#before = before;
  }

  async start(...args: Parameters<AgentPort['start']>): Promise<AgentOffers> {
    this.#stopped = false;
    await this.#before;
    if (this.#stopped) throw new OffdeskError('closed', 'The agent was stopped.');
    return this.#agent.start(...args);
  }

  sessions(before?: string): Promise<OwnSessions | undefined> {
    return this.#agent.sessions?.(before) ?? Promise.resolve(undefined);
  }

  fork(id: string, cwd: string): Promise<string | undefined> {
    return this.#agent.fork?.(id, cwd) ?? Promise.resolve(undefined);
  }

  get forks(): boolean {
    return this.#agent.forks === true;
  }

  prompt(...args: Parameters<AgentPort['prompt']>) {
    return this.#agent.prompt(...args);
  }

  cancel(): void {
    this.#agent.cancel();
  }

  setMode(...args: Parameters<AgentPort['setMode']>) {
    return this.#agent.setMode(...args);
  }

  setConfigOption(...args: Parameters<AgentPort['setConfigOption']>) {
    return this.#agent.setConfigOption(...args);
  }

  /** Also what was there before it is gone. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([this.#agent.stop(), this.#before]);
  }
}
