// One package per platform, each with the pseudoterminals for it, and one for all without any: `npm run package:all`.
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nativeParts } from './esbuild.mjs';

/** Of vsce, which are also `platform-arch` of Node. */
const platforms = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64', 'win32-arm64'];
/** Of each; the largest part is the terminal of its own that Windows gets (conpty). */
const mostBytes = 1.5 * 1024 * 1024;

const wanted = process.argv.slice(2);
const { dependencies } = JSON.parse(await readFile('package.json', 'utf8'));
const version = dependencies['@lydell/node-pty'];
const folder = await mkdtemp(join(tmpdir(), 'offdesk-native-'));
const windows = process.platform === 'win32';
const run = (command, args, cwd) =>
  execFileSync(windows ? `${command}.cmd` : command, args, {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: windows,
  });
let tooLarge = false;

try {
  execFileSync(process.execPath, ['esbuild.mjs'], { stdio: 'inherit' });
  for (const platform of [...platforms, undefined]) {
    const name = platform ?? 'universal';
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    if (platform) await fetchNative(platform);
    await nativeParts('dist', platform, join(folder, name, 'node_modules'));
    const file = `dist/offdesk-${name}.vsix`;
    const target = platform ? ['--target', platform] : [];
    const options = ['--no-dependencies', '--allow-missing-repository', '--readme-path', 'docs/extension.md'];
    run('npx', ['vsce', 'package', ...target, ...options, '-o', file]);
    const { size } = await stat(file);
    tooLarge ||= size > mostBytes;
    const over = size > mostBytes ? ': too large' : '';
    console.log(`${file.padEnd(32)} ${mib(size)}, at most ${mib(mostBytes)}${over}`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
  await nativeParts('dist', `${process.platform}-${process.arch}`);
}
if (tooLarge) process.exitCode = 1;

/** npm has each platform's part as a package of its own, which it leaves out for any other platform unless told. */
async function fetchNative(platform) {
  const [os, cpu] = platform.split('-');
  const to = join(folder, platform);
  await mkdir(to, { recursive: true });
  const whole = `@lydell/node-pty@${version}`;
  run('npm', [
    'install',
    '--prefix',
    to,
    `--os=${os}`,
    `--cpu=${cpu}`,
    '--no-save',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    whole,
  ]);
}

function mib(bytes) {
  return `${(bytes / 2 ** 20).toFixed(2)} MiB`;
}
