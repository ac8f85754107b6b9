/** `--terminal "CMD"`: a command line in a terminal that devices share, beside whatever sessions there are. */
import { plainLine } from '../base/plain-text.ts';
import type { RemoteHost } from '../host/api.ts';
import { limits } from '../protocol/limits.ts';

/** As long as nobody looks at it; then it has the size of who types. */
const usual = { cols: 80, rows: 24 };

/** Resolves once it runs; rejects with `terminals_missing` or `terminal_failed`. It ends with the host. */
export async function openTerminal(host: RemoteHost, command: string): Promise<void> {
  const { DeskTerminals } = await import('../host/core.ts');
  const terminals = new DeskTerminals(host);
  const name = plainLine(command, limits.titleChars);
  try {
    await terminals.open({ ...usual, command, ...(name === '' ? {} : { name }) });
  } finally {
    terminals.dispose();
  }
}
