/** Changes of a session's name, mode and options that clients ask for: each takes effect once. */
import { OffdeskError } from '../base/error.ts';
import { plainLine } from '../base/plain-text.ts';
import type { Origin } from '../protocol/facts.ts';
import { limits } from '../protocol/limits.ts';
import type { Changes } from './changes.ts';
import type { FactWriter } from './fact-writer.ts';
import { requireConfirmation } from './risk.ts';
import type { SessionAgent } from './session-agent.ts';

export interface SettingChangesPorts {
  changes: Changes;
  writer: FactWriter;
  agent: SessionAgent;
  /** Its name did. */
  changed(): void;
}

/**
 * `change`, in all of these: by this id it takes effect once, however often it is asked for. `confirmed`: the user of a
 * remote client was told that the agent will act without asking; without it it rejects with `confirmation_needed`.
 */
export class SettingChanges {
  readonly #ports: SettingChangesPorts;
  #name: string | undefined;

  /** `name`: what somebody called the session earlier. */
  constructor(ports: SettingChangesPorts, name: string | undefined) {
    this.#ports = ports;
    this.#name = name;
  }

  /** What somebody called the session. */
  get name(): string | undefined {
    return this.#name;
  }

  /** Rejects with `invalid_params` where nothing of the name can be seen. */
  rename(name: string, origin: Origin, change?: string | undefined): Promise<void> {
    const { changes, writer, changed } = this.#ports;
    const title = plainLine(name, limits.titleChars).replace(/\s+/g, ' ');
    return changes.once(change, {
      ...{ what: 'name', origin, again: () => {} },
      prepare: () => {
        if (title !== '') return undefined;
        throw new OffdeskError('invalid_params', 'A name needs a letter or a digit.', 'Choose another one.');
      },
      effect: async (journaled) => {
        await journaled();
        this.#name = title;
        writer.update({ sessionUpdate: 'session_info_update', title }, origin);
        await writer.settle();
        changed();
      },
    });
  }

  setMode(modeId: string, origin: Origin, change?: string | undefined, confirmed = false): Promise<void> {
    const { changes, agent } = this.#ports;
    return changes.once(change, {
      ...{ what: 'mode', origin, again: () => {} },
      prepare: async () => {
        await agent.start();
        requireConfirmation(agent.options.isRiskyMode(modeId), origin, confirmed);
      },
      effect: async (journaled) => {
        await journaled();
        await agent.options.setMode(modeId, origin);
      },
    });
  }

  /** Resolves with all options. */
  setOption(
    configId: string,
    value: string | boolean,
    origin: Origin,
    change?: string | undefined,
    confirmed = false,
  ): Promise<Record<string, unknown>[]> {
    const { changes, agent } = this.#ports;
    return changes.once(change, {
      ...{ what: 'config_option', origin, again: () => agent.options.all },
      prepare: async () => {
        await agent.start();
        requireConfirmation(agent.options.isRiskyValue(configId, value), origin, confirmed);
      },
      effect: async (journaled) => {
        await journaled();
        return agent.options.set(configId, value, origin);
      },
    });
  }
}
