/** What an agent tells of its session, as it is journaled; of one that is not open yet it is kept until it is. */
import type { Log } from '../base/log.ts';
import type { Origin, RawUpdate } from '../protocol/facts.ts';
import { limits } from '../protocol/limits.ts';
import type { AgentOptions } from './agent-options.ts';
import type { Earlier } from './earlier.ts';
import type { FactWriter } from './fact-writer.ts';
import { InvalidUpdates } from './invalid-updates.ts';
import { OpenToolCalls } from './open-tool-calls.ts';
import { markOptions } from './risk.ts';
import { heldElsewhere } from './session-words.ts';
import { newsIn } from './told-history.ts';
import type { TurnMark } from './turn-marks.ts';

export interface AgentUpdatesPorts {
  /** Of the agent. */
  name: string;
  writer: FactWriter;
  options: AgentOptions;
  log: Log;
  /** A turn runs. */
  works(): boolean;
  /** Somebody gave the session a name, which goes before the agent's. */
  named(): boolean;
  changed(): void;
}

const host: Origin = { kind: 'host' };
const agent: Origin = { kind: 'agent' };

export class AgentUpdates {
  readonly #ports: AgentUpdatesPorts;
  readonly #tools: OpenToolCalls;
  readonly #invalid: InvalidUpdates;
  /** What it tells of its session until that is open: then it is journaled, or not at all. */
  #kept: RawUpdate[] | undefined;
  #title: string | undefined;

  constructor(ports: AgentUpdatesPorts, earlier: Pick<Earlier, 'tools' | 'agentTitle'> | undefined) {
    this.#ports = ports;
    this.#invalid = new InvalidUpdates(ports.log);
    this.#tools = earlier?.tools ?? new OpenToolCalls();
    this.#title = earlier?.agentTitle;
  }

  /** What it calls the session. */
  get title(): string | undefined {
    return this.#title;
  }

  take(said: RawUpdate): void {
    this.#take(said, false);
  }

  /** From now on; until `journal` or `forget`. */
  keep(): void {
    this.#kept = [];
  }

  /** All that was kept, but for the turns that are there. */
  journal(journaled: readonly TurnMark[]): void {
    const { state, said } = newsIn(this.#kept ?? [], journaled);
    this.#kept = undefined;
    const { name, writer } = this.#ports;
    if (!said) writer.update(heldElsewhere(name), host);
    for (const update of [...state, ...(said ?? [])]) this.#take(update, true);
    this.closeTools();
  }

  forget(): void {
    this.#kept = undefined;
  }

  /** Ends the tool calls that it left open. */
  closeTools(): void {
    for (const update of this.#tools.closeAll()) this.#ports.writer.update(update, host);
  }

  /** `again`: it was said before, elsewhere. */
  #take(said: RawUpdate, again: boolean): void {
    if (this.#invalid.drops(said)) return;
    if (this.#kept) {
      this.#kept.push(said);
      return;
    }
    const { writer, options, works, changed } = this.#ports;
    const update = this.#amended(said);
    // Some agents echo the prompt; it was journaled when the turn began.
    if (update.sessionUpdate === 'user_message_chunk' && works() && !again) return;
    options.see(update);
    this.#tools.see(update);
    writer.update(update, agent);
    const { title } = said;
    if (said.sessionUpdate !== 'session_info_update' || typeof title !== 'string') return;
    this.#title = title.slice(0, limits.titleChars) || undefined;
    changed();
  }

  /** As it is journaled: with what is risky marked, and without a title where the session has a name. */
  #amended(said: RawUpdate): RawUpdate {
    const { configOptions, title, ...rest } = said;
    if (Array.isArray(configOptions)) return { ...said, configOptions: markOptions(configOptions) };
    const nameless = said.sessionUpdate === 'session_info_update' && title !== undefined;
    return nameless && this.#ports.named() ? rest : said;
  }
}
