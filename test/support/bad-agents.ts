/** Agents that misbehave, each in its own way, as commands for plain Node. */
import { join } from 'node:path';
import { root } from './paths.ts';

export type BadAgent =
  /** Ends in the middle of a turn, with code 3. */
  | 'crash'
  /** The same, but the next run of it works: `mark` is a file by which it remembers. */
  | 'crash-once'
  /** Prints what is no JSON, from the first moment. */
  | 'garbage'
  /** Prints what is no JSON in a turn, which then never ends. */
  | 'garbage-mid-turn'
  /** Never answers. */
  | 'silent'
  /** `session/new` fails with auth_required. */
  | 'login'
  /** One line longer than any bound. */
  | 'huge-line';

export function badAgent(name: BadAgent, mark?: string): { command: string; args: string[] } {
  return {
    command: process.execPath,
    args: [join(root, 'test', 'support', 'bad-agents', `${name}.mjs`), ...(mark === undefined ? [] : [mark])],
  };
}
