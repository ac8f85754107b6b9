/** How a terminal stands, in a word or two. */
import { visible } from '../../base/unseen.ts';
import type { TerminalRow } from '../../protocol/terminals.ts';
import { words } from './words.ts';

export function stateWords({ running, exitCode, signal }: TerminalRow): string {
  const said = words();
  if (running) return said.running;
  if (signal !== undefined) return said.endedBy(visible(signal));
  return exitCode === undefined ? said.endedPlain : said.ended(exitCode);
}
