/** An agent's modes and options: as it offered them, as they are now, and put back when it comes back without them. */
import { asOffdeskError } from '../base/error.ts';
import { plainLine } from '../base/plain-text.ts';
import type { Origin, RawUpdate } from '../protocol/facts.ts';
import { limits } from '../protocol/limits.ts';
import type { AgentOffers, AgentPort } from './agent-port.ts';
import { modeOf, type Earlier } from './earlier.ts';
import type { FactWriter } from './fact-writer.ts';
import { isRiskyMode, isRiskyValue, markModes, markOptions } from './risk.ts';
import { otherMode } from './session-words.ts';

export interface AgentOptionsPorts {
  /** Of the agent. */
  name: string;
  agent: AgentPort;
  writer: FactWriter;
  changed(): void;
}

const host: Origin = { kind: 'host' };

export class AgentOptions {
  readonly #ports: AgentOptionsPorts;
  #configOptions: Record<string, unknown>[] | undefined;
  #modes: Record<string, unknown> | null = null;
  /** The mode that it is in, or was in when it ended. */
  #mode: string | undefined;

  constructor(ports: AgentOptionsPorts, earlier: Pick<Earlier, 'configOptions' | 'mode'> | undefined) {
    this.#ports = ports;
    this.#configOptions = earlier?.configOptions;
    this.#mode = earlier?.mode;
  }

  /** The mode that it is in by the name that it shows; undefined where it offered none. */
  get modeName(): string | undefined {
    const offered: unknown = this.#modes?.['availableModes'];
    const all = Array.isArray(offered) ? (offered as { id?: unknown; name?: unknown }[]) : [];
    const name = all.find(({ id }) => id === this.#mode)?.name;
    return typeof name === 'string' ? plainLine(name, limits.titleChars) : undefined;
  }

  /** As it had them last. */
  get all(): Record<string, unknown>[] {
    return this.#configOptions ?? [];
  }

  /** As it has them; before it ran, by the id alone. */
  isRiskyMode(modeId: string): boolean {
    return isRiskyMode(this.#modes, modeId);
  }

  isRiskyValue(configId: string, value: string | boolean): boolean {
    return isRiskyValue(this.all, configId, value);
  }

  async setMode(modeId: string, origin: Origin): Promise<void> {
    const { agent, writer, changed } = this.#ports;
    await agent.setMode(modeId);
    this.#mode = modeId;
    writer.update({ sessionUpdate: 'current_mode_update', currentModeId: modeId }, origin);
    changed();
  }

  /** Resolves with all of them. */
  async set(configId: string, value: string | boolean, origin: Origin): Promise<Record<string, unknown>[]> {
    const { agent, writer } = this.#ports;
    const said = await agent.setConfigOption(configId, value);
    const configOptions = said && markOptions(said);
    if (configOptions) {
      this.#configOptions = configOptions;
      writer.update({ sessionUpdate: 'config_option_update', configOptions }, origin);
    }
    return configOptions ?? [];
  }

  /** As its session begins; returns them as they are journaled, with what is risky marked. */
  offered(said: Pick<AgentOffers, 'modes' | 'configOptions'>): Pick<AgentOffers, 'modes' | 'configOptions'> {
    const configOptions = said.configOptions && markOptions(said.configOptions);
    const modes = markModes(said.modes);
    this.#modes = modes;
    this.#configOptions = configOptions ?? undefined;
    return { modes, configOptions };
  }

  /** Codex, Gemini and Kimi come back in their default mode, which may allow more than the one that was chosen. */
  async backToMode(): Promise<void> {
    const now = modeOf(this.#modes?.['currentModeId']);
    const wanted = this.#mode;
    this.#mode = now;
    if (now === undefined || wanted === undefined || now === wanted) return;
    try {
      await this.setMode(wanted, host);
    } catch (error) {
      const { name, writer } = this.#ports;
      writer.update(otherMode(name, now, asOffdeskError(error).message), host);
    }
  }

  /** What it tells by itself; `configOptions` are marked. */
  see({ sessionUpdate, currentModeId, configOptions }: RawUpdate): void {
    if (sessionUpdate === 'current_mode_update') {
      this.#mode = modeOf(currentModeId) ?? this.#mode;
      this.#ports.changed();
    }
    if (Array.isArray(configOptions)) this.#configOptions = configOptions as Record<string, unknown>[];
  }
}
