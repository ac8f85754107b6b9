// Codex's way: it ends by SIGTERM, not with its stdin. What it runs is told on stdout: `{group, command, ownWays}`.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

const deaf = `process.on('SIGTERM', () => {}); process.stdout.write('x'); setInterval(() => {}, 1000)`;
const child = (detached) =>
  new Promise((resolve) => {
    const stdio = ['ignore', 'pipe', 'ignore'];
    const started = spawn(process.execPath, ['-e', deaf], { detached, stdio });
    started.stdout.once('data', () => resolve(started.pid));
  });
/** Its parent, a shell, ends at once: a server that is meant to stay. */
const ownWays = new Promise((resolve) => {
  const shell = spawn('sh', ['-c', 'setsid sleep 600 >/dev/null 2>&1 & echo $!'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  shell.stdout.once('data', (pid) => shell.once('exit', () => resolve(Number(pid))));
});
process.stdin.resume();
setInterval(() => {}, 1_000);
const [group, command, gone] = await Promise.all([child(false), child(true), ownWays]);
// Until then it is a shell in this group.
while (readFileSync(`/proc/${gone}/comm`, 'utf8') !== 'sleep\n') await wait(5);
process.stdout.write(
  `${JSON.stringify({ jsonrpc: '2.0', method: 'pids', params: { group, command, gone } })}\n`,
);
