/** An AgentPort under a test's control, true to its contract: one turn at a time, updates before the end. */
import assert from 'node:assert/strict';
import type { PromptBlock, RawUpdate } from '../../src/protocol/facts.ts';
import type { AgentOffers, AgentPort, AgentSink } from '../../src/session/agent-port.ts';

interface Turn {
  blocks: PromptBlock[];
  end(stopReason: string): void;
  fail(error: Error): void;
}

export class FakeAgent implements AgentPort {
  sink: AgentSink | undefined;
  turn: Turn | undefined;
  starts = 0;
  cancels = 0;
  stopped = false;
  /** Texts of all prompts that reached the agent. */
  readonly prompts: string[] = [];
  /** Whether an earlier session can be continued. */
  remembers = false;
  /** As it begins; null where it has none. */
  modes: { currentModeId: string; availableModes: { id: string; name: string }[] } | null = null;
  /** Modes that were set, in order. */
  readonly modesSet: string[] = [];
  startError: Error | undefined;
  /** What each start was asked to continue. */
  readonly earlier: (string | undefined)[] = [];
  /** And when that began, at the latest. */
  begun: number | undefined;
  /** What was said in the earlier session, for who wants to be told. */
  tells: RawUpdate[] = [];
  #turnWaiters: ((turn: Turn) => void)[] = [];

  start(sink: AgentSink, earlier?: string, told = false, begun?: number): Promise<AgentOffers> {
    this.starts++;
    this.begun = begun;
    this.earlier.push(earlier);
    if (this.startError) return Promise.reject(this.startError);
    this.sink = sink;
    const kept = earlier !== undefined && this.remembers;
    if (told && kept) for (const update of this.tells) sink.update(update);
    return Promise.resolve({
      modes: this.modes,
      configOptions: null,
      promptCapabilities: null,
      session: 'agent-session',
      kept,
    });
  }

  prompt(blocks: PromptBlock[]): Promise<{ stopReason: string }> {
    assert.equal(this.turn, undefined, 'a second turn reached the agent');
    this.prompts.push(String(blocks[0]?.['text']));
    return new Promise((resolve, reject) => {
      const turn: Turn = {
        blocks,
        end: (stopReason) => {
          this.turn = undefined;
          resolve({ stopReason });
        },
        fail: (error) => {
          this.turn = undefined;
          reject(error);
        },
      };
      this.turn = turn;
      for (const waiter of this.#turnWaiters.splice(0)) waiter(turn);
    });
  }

  /** The running turn, or the next one. */
  nextTurn(): Promise<Turn> {
    if (this.turn) return Promise.resolve(this.turn);
    return new Promise((resolve) => this.#turnWaiters.push(resolve));
  }

  say(text: string): void {
    this.sink!.update({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } });
  }

  cancel(): void {
    this.cancels++;
  }

  setMode(modeId: string): Promise<void> {
    this.modesSet.push(modeId);
    return Promise.resolve();
  }

  setConfigOption(): Promise<Record<string, unknown>[] | null> {
    return Promise.resolve([]);
  }

  stop(): Promise<void> {
    this.stopped = true;
    return Promise.resolve();
  }
}
