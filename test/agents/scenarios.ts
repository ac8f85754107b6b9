/** What every agent is put through, each written once. */
import assert from 'node:assert/strict';
import { said } from '../model/scenarios.ts';
import { type AgentWorld } from './agent-world.ts';

export interface Scenario {
  name: string;
  /** Throws NotOffered where the agent shows that it has no such thing. */
  run(world: AgentWorld): Promise<void>;
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'text',
    async run(world) {
      const { prompt, text } = await world.turn('Please run [[text]]');
      assert.equal(prompt.state, 'done');
      assert.equal(text, said.text);
    },
  },
  {
    name: 'thoughts',
    async run(world) {
      const { thoughts } = await world.turn('Please run [[text:thoughts]]');
      assert.match(thoughts, /scripted reply/);
    },
  },
];
