/** Mode, model and other options of a session that runs, set the same way whatever the agent has for them. */
import type { ClientConnection } from '@agentclientprotocol/sdk';
import type { RawUpdate } from '../protocol/facts.ts';
import { modeUpdate } from './mode-option.ts';
import { modelOption, modelOptionId, type ModelState } from './model-option.ts';

export interface OptionWays {
  /** The config option that stands for modes, where the agent has none. */
  modeConfig: string | undefined;
  /** Its models, where no config option of its own stands for them. */
  models: ModelState | undefined;
  /** The options that the session began with. */
  own: Record<string, unknown>[];
}

type OptionValue = { value: string } | { type: 'boolean'; value: boolean };

export class SessionOptions {
  readonly #connection: ClientConnection;
  readonly #sessionId: string;
  readonly #modeConfig: string | undefined;
  readonly #models: ModelState | undefined;
  readonly #tell: (update: RawUpdate) => void;
  /** The agent's own options, as it said them last; without the one that stands for its models. */
  #own: Record<string, unknown>[];

  /** `tell`: takes what the agent would have said, did it have modes. */
  constructor(
    connection: ClientConnection,
    sessionId: string,
    { modeConfig, models, own }: OptionWays,
    tell: (update: RawUpdate) => void,
  ) {
    this.#connection = connection;
    this.#sessionId = sessionId;
    this.#modeConfig = modeConfig;
    this.#models = models;
    this.#tell = tell;
    this.#own = own;
  }

  async setMode(modeId: string): Promise<void> {
    if (this.#modeConfig === undefined) {
      const params = { sessionId: this.#sessionId, modeId };
      await this.#connection.agent.request('session/set_mode', params);
      return;
    }
    const configOptions = await this.#set(this.#modeConfig, { value: modeId });
    if (!configOptions) return;
    this.#own = configOptions;
    this.#tell({ sessionUpdate: 'config_option_update', configOptions: this.#all });
  }

  /** Resolves with the options as the agent now has them. */
  async setConfigOption(
    configId: string,
    value: string | boolean,
  ): Promise<Record<string, unknown>[] | null> {
    if (this.#models && configId === modelOptionId) return await this.#setModel(this.#models, String(value));
    const params = typeof value === 'boolean' ? { type: 'boolean' as const, value } : { value };
    const configOptions = await this.#set(configId, params);
    return configOptions && this.changed(configOptions);
  }

  /** The agent's own options are these now: all that there are, with its models. Where one stands for modes, its change is a change of mode. */
  changed(own: Record<string, unknown>[]): Record<string, unknown>[] {
    this.#own = own;
    const update = this.#modeConfig === undefined ? undefined : modeUpdate(own);
    if (update) this.#tell(update);
    return this.#all;
  }

  get #all(): Record<string, unknown>[] {
    return this.#models ? [...this.#own, modelOption(this.#models)] : this.#own;
  }

  /** The method that went with `models`, before there were config options. */
  async #setModel(models: ModelState, modelId: string): Promise<Record<string, unknown>[]> {
    const params = { sessionId: this.#sessionId, modelId };
    await this.#connection.agent.request<unknown>('session/set_model', params);
    models.currentModelId = modelId;
    return this.#all;
  }

  async #set(configId: string, value: OptionValue): Promise<Record<string, unknown>[] | null> {
    const result = await this.#connection.agent.request('session/set_config_option', {
      sessionId: this.#sessionId,
      configId,
      ...value,
    });
    return result.configOptions ?? null;
  }
}
