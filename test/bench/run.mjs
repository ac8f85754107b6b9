// Runs a benchmark by its name: `npm run bench -- start`. It prints a table and writes below .test-output alone.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const root = join(folder, '..', '..');

/** A benchmark is a folder with a main.mts, whose first line says what it measures. */
const benchmarks = readdirSync(folder).filter((name) => existsSync(mainOf(name)));
const [name, ...args] = process.argv.slice(2);

if (name === undefined || !benchmarks.includes(name)) {
  const known = benchmarks
    .map((known) => `  npm run bench -- ${known}\n      ${sentenceOf(known)}`)
    .join('\n');
  const problem = name === undefined ? 'Name a benchmark.' : `There is no benchmark "${name}".`;
  console.error(`${problem} There are:\n${known}`);
  process.exit(2);
}

const child = spawn(process.execPath, ['--import=tsx', mainOf(name), ...args], {
  cwd: root,
  stdio: 'inherit',
});
// A terminal's Ctrl-C reaches it as well; it ends what it started, and then we end.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.once('exit', (code) => process.exit(code ?? 1));

function mainOf(name) {
  return join(folder, name, 'main.mts');
}

function sentenceOf(name) {
  return readFileSync(mainOf(name), 'utf8')
    .split('\n', 1)[0]
    .replace(/^\/\*\*\s*|\s*\*\/$/g, '');
}
