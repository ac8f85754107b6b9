/** A program of the tests under the name of an agent that Offdesk knows: with the name goes all that is known of that agent. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Makes it in `folder`; returns a PATH on which it comes first. Not for Windows: it is a script of the shell. */
export function standIn(folder: string, name: string, script: string): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\nexec ${quoted(process.execPath)} ${quoted(script)} "$@"\n`);
  chmodSync(path, 0o755);
  return [folder, process.env['PATH'] ?? ''].join(delimiter);
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
