// Runs the suites of the real VS Code in the oldest one that the extension supports: `engines.vscode` of package.json.
// Not part of `npm test`, nor of CI.
//
//   npm run test:floor                               installs it once, then the extension host's suites and the story
//   npm run test:floor -- e2e -- --grep 'at the desk'   other stages and options, as for test/run.mjs
//
// It needs Linux, Node 20 (as that VS Code does), rg, g++, make, python3 and libkrb5-dev.
import { spawnSync } from 'node:child_process';
import {
  accessSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { floor, root, serverMainBelow, stamp } from '../bed/places.mjs';

const minute = 60_000;
const serverMain = serverMainBelow(join(floor.folder, 'node_modules'));
const vscode = dirname(dirname(serverMain));
const log = join(floor.folder, 'install.log');
/** What the server loads that is built for its Node. */
const native = ['node-pty', '@vscode/spdlog', 'native-watchdog', 'kerberos'];
const usual = ['build', 'package', 'vscode', 'e2e', '--', '--grep', 'inside the extension host|story:'];

if (!process.versions.node.startsWith('20.')) fail('the oldest VS Code runs under Node 20: use that one');
if (!floor.ready) install();
const version = JSON.parse(readFileSync(join(vscode, 'product.json'), 'utf8')).version;
const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
if (engines.vscode !== `^${version.replace(/\d+$/, '0')}`)
  fail(`VS Code ${version} is not the oldest of engines.vscode, ${engines.vscode}`);
say(`VS Code ${version}`);

process.env.OFFDESK_TEST_CODE = serverMain;
if (process.argv.length === 2) process.argv.push(...usual);
await import('../run.mjs');

function install() {
  const rg = onPath('rg');
  if (!rg) fail('no rg, which VS Code searches files with (Debian: ripgrep)');
  say(`installing it into ${floor.folder} (two minutes)`);
  rmSync(floor.folder, { recursive: true, force: true });
  mkdirSync(floor.folder, { recursive: true });
  for (const file of ['package.json', 'package-lock.json', '.npmrc'])
    copyFileSync(join(floor.source, file), join(floor.folder, file));
  // Scripts of packages would download rg and more: only what is native is built, further down.
  npm(['ci', '--ignore-scripts'], floor.folder);
  // Not `npm ci`: it finds VS Code's own lock files incomplete.
  for (const folder of [vscode, join(vscode, 'extensions')])
    npm(['install', '--omit=dev', '--ignore-scripts'], folder);
  say('building its native modules');
  npm(['rebuild', ...native, '--foreground-scripts'], vscode);
  const bin = join(vscode, 'node_modules', '@vscode', 'ripgrep', 'bin');
  mkdirSync(bin, { recursive: true });
  symlinkSync(rg, join(bin, 'rg'));
  // Written last: the folder is whole.
  writeFileSync(join(floor.folder, stamp), `${run([process.execPath, serverMain, '--version'], vscode)}\n`);
}

function npm(args, cwd) {
  // Not what `npm run` sets for its own package; of the configuration what says where packages come from.
  const foreign = /^npm_(?!config_(registry|userconfig|globalconfig|cache)$)/;
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !foreign.test(key)));
  const prefix = dirname(dirname(process.execPath));
  if (existsSync(join(prefix, 'include', 'node', 'node.h'))) env.npm_config_nodedir = prefix;
  // Built here, not downloaded from elsewhere; and node-pty calls `npx node-gyp`, which would ask.
  Object.assign(env, { npm_config_build_from_source: 'true', npm_config_yes: 'true' });
  run(['npm', ...args, '--no-audit', '--no-fund', '--no-progress'], cwd, env);
}

/** Runs a command, bounded, and gives its output, which is in the log as well. */
function run([program, ...args], cwd, env = process.env) {
  const output = openSync(log, 'a');
  const from = readFileSync(log).length;
  const { status, signal, error } = spawnSync(program, args, {
    cwd,
    env,
    stdio: ['ignore', output, output],
    timeout: 10 * minute,
    killSignal: 'SIGKILL',
  });
  closeSync(output);
  const text = readFileSync(log).subarray(from).toString();
  const how = error?.message ?? `ended with ${status ?? signal}`;
  if (status !== 0) fail(`${text.slice(-4000)}\n${program} ${args.join(' ')} in ${cwd}: ${how}`);
  return text.trim();
}

function onPath(program) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

function fail(text) {
  console.error(`floor: ${text}`);
  process.exit(1);
}

function say(text) {
  console.log(`floor: ${text}`);
}
