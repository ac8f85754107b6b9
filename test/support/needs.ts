/** What a test needs of the machine: where it is missing the test says so, and is skipped. */
import { existsSync } from 'node:fs';
import { agents, chromiumPath, vscodeReady } from '../bed/places.mjs';

const needs = {
  browser: {
    there: () => existsSync(chromiumPath),
    how: `Chromium at ${chromiumPath} (Debian: chromium; or OFFDESK_TEST_CHROMIUM)`,
  },
  vscode: { there: vscodeReady, how: 'the VS Code test bed (node test/prepare.mjs, Linux x64)' },
  agents: { there: () => agents.ready, how: 'Claude Code and opencode (node test/prepare.mjs, Linux x64)' },
  tls: { there: () => onPath('openssl') && onPath('certutil'), how: 'openssl and certutil (libnss3-tools)' },
  qr: { there: () => onPath('zbarimg'), how: 'zbarimg (zbar-tools)' },
  terminal: { there: () => onPath('tmux'), how: 'tmux' },
  networks: {
    there: () => process.getuid?.() === 0 && onPath('ip') && existsSync('/proc/self/ns/net'),
    how: 'root and iproute2 on Linux, for a second network',
  },
  proc: { there: () => existsSync('/proc/self/net/tcp'), how: '/proc, to see what processes listen on' },
} as const;

export type Need = keyof typeof needs;

/** In a `before` or a test: skips what follows unless all is there. */
export function needing(context: Mocha.Context, ...wanted: Need[]): void {
  const missing = wanted.filter((need) => !needs[need].there());
  if (missing.length === 0) return;
  for (const need of missing) console.log(`      skipped, for it needs ${needs[need].how}`);
  context.skip();
}

function onPath(program: string): boolean {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin'];
  return folders.some((folder) => existsSync(`${folder}/${program}`));
}
