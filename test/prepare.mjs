// Checks what the tests need on this machine and installs what is missing: Debian packages, VS Code, real agents.
//
//   node test/prepare.mjs            install what is missing (npm test does this by itself)
//   node test/prepare.mjs --check    only say what is there and what is not
//
// OFFDESK_TEST_CACHE names another folder for the downloads, OFFDESK_TEST_BED and OFFDESK_TEST_AGENTS ready ones.
import { spawn } from 'node:child_process';
import { copyFileSync, createWriteStream, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import {
  agentPrograms,
  agents,
  bed,
  chromiumPath,
  node24,
  opencodeAgent,
  stamp,
  vscodeServerMain,
} from './bed/places.mjs';

const checkOnly = process.argv.includes('--check');
const isDebian = existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get');
const isRoot = process.getuid?.() === 0;
const canInstallPackages = isDebian && isRoot;
const bedRuns = process.platform === 'linux' && process.arch === 'x64';
const minute = 60_000;

/** Debian packages, the file that shows each is there, and what is skipped without it. */
const packages = [
  { name: 'chromium', shows: chromiumPath, for: 'everything in a browser (e2e, look)' },
  { name: 'fonts-dejavu-core', for: 'readable pictures' },
  { name: 'fonts-droid-fallback', for: 'readable pictures in Chinese' },
  { name: 'libnss3-tools', shows: '/usr/bin/certutil', for: 'pages behind TLS of a test CA' },
  { name: 'openssl', shows: '/usr/bin/openssl', for: 'TLS' },
  { name: 'zbar-tools', shows: '/usr/bin/zbarimg', for: 'reading the QR off the screen' },
  { name: 'tmux', shows: '/usr/bin/tmux', for: 'the command line in a terminal' },
  {
    name: 'iproute2',
    shows: ['/usr/sbin/ip', '/usr/bin/ip', '/sbin/ip'],
    for: 'a phone on another network (also needs root)',
  },
  {
    name: 'python3-dissononce',
    shows: '/usr/lib/python3/dist-packages/dissononce',
    for: 'the cross-check of Noise',
  },
  { name: 'vim', shows: '/usr/bin/vim', for: 'a program that draws the whole terminal' },
  { name: 'git', shows: '/usr/bin/git', for: 'workspaces of the tests' },
  { name: 'ca-certificates', for: 'downloads' },
  { name: 'libkrb5-dev', for: 'building VS Code’s server' },
  { name: 'g++', shows: '/usr/bin/g++', for: 'building VS Code’s server' },
  { name: 'make', shows: '/usr/bin/make', for: 'building VS Code’s server' },
  { name: 'python3', shows: '/usr/bin/python3', for: 'building VS Code’s server' },
];

const failures = [];
const skips = [];
// Installers run in process groups of their own, which end with this one.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

const began = performance.now();

const debian = preparePackages();
await Promise.all([debian, prepareBed(debian), prepareAgents()]);

for (const skip of skips) say(`without it: ${skip}`);
if (failures.length > 0) {
  for (const failure of failures) say(`FAILED ${failure}`);
  process.exitCode = 1;
} else {
  say(
    `${skips.length > 0 ? 'prepared as far as this machine allows' : 'everything is there'} (${seconds(began)})`,
  );
}

async function preparePackages() {
  const missing = await missingPackages();
  if (missing.length === 0) return say('system packages: there');
  const names = missing.map(({ name }) => name);
  if (checkOnly || !canInstallPackages) {
    const how = isDebian
      ? `as root: apt-get install ${names.join(' ')}`
      : `install what Debian calls ${names.join(' ')}`;
    say(`system packages: missing ${names.join(' ')}. ${how}`);
    for (const { name, for: what } of missing) skips.push(`${name}: skips ${what}`);
    return;
  }
  const install = () =>
    command(
      'system packages',
      ['apt-get', 'install', '--yes', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120', ...names],
      { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, boundMs: 15 * minute },
    );
  say(`system packages: installing ${names.join(' ')}`);
  try {
    await install().catch(async () => {
      say('system packages: not known or not there under their addresses; reading the lists again');
      await command('system packages', ['apt-get', 'update'], { boundMs: 5 * minute });
      await install();
    });
    say('system packages: installed');
  } catch (error) {
    failures.push(`system packages: ${error.message}`);
  }
}

async function missingPackages() {
  if (!isDebian) return packages.filter(({ shows }) => shows && ![shows].flat().some(existsSync));
  const { output } = await command('dpkg-query', [
    'dpkg-query',
    '-W',
    '-f=${binary:Package} ${db:Status-Status}\n',
    ...packages.map(({ name }) => name),
  ]).catch((error) => error);
  const installed = new Set(
    (output ?? '')
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(/[ :]/)[0]),
  );
  // A program from elsewhere counts as well.
  return packages.filter(
    ({ name, shows }) => !installed.has(name) && !(shows && [shows].flat().some(existsSync)),
  );
}

async function prepareBed(systemPackages) {
  const skipped = 'VS Code: skips everything in the real VS Code (e2e, look)';
  if (!bedRuns && !bed.given) {
    say('VS Code: this test bed needs Linux on x64');
    return skips.push(skipped);
  }
  await installOnce(bed, 'VS Code', skipped, async (log) => {
    // VS Code's server wants its own Node, so what is built for Node comes in a second step, under that one.
    await npm('VS Code', ['ci', '--ignore-scripts'], bed.folder, log);
    await systemPackages;
    say('VS Code: building its native modules');
    await npm('VS Code', ['rebuild', 'code-server', 'argon2', '--foreground-scripts'], bed.folder, log, {
      PATH: dirname(node24) + delimiter + process.env.PATH,
      npm_config_nodedir: dirname(dirname(node24)),
    });
    return (
      await command('VS Code', [node24, vscodeServerMain, '--version'], { boundMs: minute })
    ).output.split('\n')[0];
  });
}

async function prepareAgents() {
  const skipped = 'the real agents: skips the tests with them';
  if (!bedRuns && !agents.given) return skips.push(skipped);
  await installOnce(agents, 'agents', skipped, async (log) => {
    // Not `npm ci`: it insists on a lock entry for every platform's opencode, and not every registry has them all.
    // With the lock file in place, `install` gives the same versions, checked by the same hashes. Kimi Code wants a
    // newer Node than npm may run in: the bed's runs it.
    await npm('agents', ['install'], agents.folder, log);
    const version = () => command('agents', [opencodeAgent, '--version'], { boundMs: minute });
    // An npm that does not run packages' scripts leaves opencode's binary out of place.
    const { output } = await version().catch(async () => {
      const cwd = join(agents.folder, 'node_modules', 'opencode-ai');
      await command('agents', [process.execPath, 'postinstall.mjs'], { cwd, boundMs: minute });
      return version();
    });
    const missing = Object.values(agentPrograms).filter((program) => !existsSync(program));
    if (missing.length > 0) throw new Error(`no ${missing.join(', ')}`);
    return `opencode ${output.trim()}`;
  });
}

/** Installs into a folder named by its lock file's hash; a stamp, written last, says that it is whole. */
async function installOnce(place, name, skipped, install) {
  if (place.ready) return say(`${name}: there`);
  if (checkOnly || place.given) {
    say(`${name}: not in ${place.folder}`);
    if (place.given) failures.push(`${name}: the folder that the environment names holds none`);
    return skips.push(skipped);
  }
  const from = performance.now();
  say(`${name}: installing (up to 1.6 GB, one to five minutes)`);
  try {
    rmSync(place.folder, { recursive: true, force: true });
    mkdirSync(place.folder, { recursive: true });
    for (const file of ['package.json', 'package-lock.json', '.npmrc'])
      copyFileSync(join(place.source, file), join(place.folder, file));
    const version = await install(join(place.folder, 'install.log'));
    writeFileSync(join(place.folder, stamp), `${version}\n`);
    say(`${name}: installed ${version} (${seconds(from)})`);
  } catch (error) {
    // Where compilers cannot be installed by us a failed build is no fault of the tests: they say what they skip.
    if (canInstallPackages) failures.push(`${name}: ${error.message}`);
    else say(`${name}: ${error.message}`);
    skips.push(skipped);
  }
}

function npm(name, args, cwd, log, env = {}) {
  // What an outer `npm run` sets for its own package would lead this one astray.
  const foreign =
    /^npm_(package|lifecycle)_|^npm_config_(local_prefix|user_agent)$|^npm_(command|execpath|node_execpath)$|^INIT_CWD$/;
  const clean = Object.fromEntries(Object.entries(process.env).filter(([key]) => !foreign.test(key)));
  const quiet = ['--no-audit', '--no-fund', '--no-progress'];
  return command(name, ['npm', ...args, ...quiet], {
    cwd,
    log,
    env: { ...clean, ...env },
    boundMs: 12 * minute,
  });
}

/** Runs a command, bounded; says every 20 s that it still runs. Errors hold the end of its output. */
function command(name, [program, ...args], { cwd, env = process.env, log, boundMs = minute } = {}) {
  return new Promise((resolve, reject) => {
    const from = performance.now();
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const file = log && createWriteStream(log, { flags: 'a' });
    let output = '';
    const take = (chunk) => {
      output = (output + chunk).slice(-64 * 1024);
      file?.write(chunk);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const beat = setInterval(() => {
      const last = output.trimEnd().split('\n').at(-1) ?? '';
      say(`${name}: still at it (${seconds(from)}) ${last.slice(0, 100)}`);
    }, 20_000);
    const end = (error) => {
      clearInterval(beat);
      clearTimeout(bound);
      process.off('exit', kill);
      file?.end();
      if (error) reject(Object.assign(error, { output }));
      else resolve({ output });
    };
    const kill = () => {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has just ended.
      }
    };
    process.once('exit', kill);
    const bound = setTimeout(() => {
      kill();
      end(
        new Error(`${program} ${args[0]} did not end in ${boundMs / minute} minutes\n${output.slice(-4000)}`),
      );
    }, boundMs);
    child.once('error', end);
    child.once('close', (code, signal) => {
      const failed = `${program} ${args[0] ?? ''} ended with ${code ?? signal}\n${output.slice(-4000)}`;
      end(code === 0 ? undefined : new Error(failed));
    });
  });
}

function seconds(from) {
  return `${Math.round((performance.now() - from) / 1000)} s`;
}

function say(text) {
  console.log(`prepare: ${text}`);
}
