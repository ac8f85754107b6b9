/** Windows: what `.cmd` files of npm, pnpm and Yarn run is started without a shell; any other one by it, quoted. */
import assert from 'node:assert/strict';
import { askProgram } from '../../../src/agent/ask-program.ts';
import { readShim } from '../../../src/agent/cmd-shim.ts';
import { launchOf, type LaunchOn } from '../../../src/agent/launch.ts';
import { startProcess } from '../../../src/agent/process.ts';
import { silentLog } from '../../../src/base/log.ts';

const at = 'C:\\Users\\Jo Doe\\AppData\\Roaming\\npm\\agent.cmd';
const folder = 'C:\\Users\\Jo Doe\\AppData\\Roaming\\npm';
const lines = (...all: string[]): string => [...all, ''].join('\r\n');

const head = ['@ECHO off', 'GOTO start', ':find_dp0', 'SET dp0=%~dp0', 'EXIT /b', ':start'];
const npm = (target: string, options = '', node = 'node', set = ''): string =>
  lines(
    ...[...head, 'SETLOCAL', 'CALL :find_dp0', ''],
    ...[`IF EXIST "%dp0%\\${node}.exe" (`, `  SET "_prog=%dp0%\\${node}.exe"`, ') ELSE ('],
    ...[`  SET "_prog=${node}"`, '  SET PATHEXT=%PATHEXT:;.JS;=;%', ')', ''],
    `endLocal & goto #_undefined_# 2>NUL || title %COMSPEC% & ${set}"%_prog%" ${options} "%dp0%\\${target}" %*`,
  );
const npmProgram = (target: string): string =>
  lines(...head, 'SETLOCAL', 'CALL :find_dp0', `"%dp0%\\${target}"   %*`);
const yarn = (target: string): string =>
  lines(
    ...['@IF EXIST "%~dp0\\node.exe" (', `  "%~dp0\\node.exe"  "%~dp0\\${target}" %*`, ') ELSE ('],
    ...['  @SETLOCAL', '  @SET PATHEXT=%PATHEXT:;.JS;=;%', `  node  "%~dp0\\${target}" %*`, ')'],
  );
const pnpm = (target: string): string =>
  lines(
    ...['@SETLOCAL', '@IF NOT DEFINED NODE_PATH (', '  @SET "NODE_PATH=C:\\pnpm\\node_modules"', ') ELSE ('],
    ...['  @SET "NODE_PATH=C:\\pnpm\\node_modules;%NODE_PATH%"', ')'],
    ...['@IF EXIST "%~dp0\\node.exe" (', `  "%~dp0\\node.exe"  "%~dp0\\${target}" %*`, ') ELSE ('],
    ...['  @SET PATHEXT=%PATHEXT:;.JS;=;%', `  node  "%~dp0\\${target}" %*`, ')'],
  );
const script = 'node_modules\\@google\\gemini-cli\\dist\\index.js';

describe('A12: programs of npm on Windows', () => {
  const known: [string, string, object][] = [
    ['npm', npm(script), { program: 'node', args: [`${folder}\\${script}`] }],
    [
      'npm, with options for node',
      npm(script, '--no-warnings=DEP0040'),
      { program: 'node', args: ['--no-warnings=DEP0040', `${folder}\\${script}`] },
    ],
    [
      'npm of today',
      npm(script, '', 'node', 'set PATHEXT=%PATHEXT:;.JS;=;% & '),
      { program: 'node', args: [`${folder}\\${script}`] },
    ],
    [
      'npm, for a program',
      npmProgram('node_modules\\x\\bin\\claude.exe'),
      { program: `${folder}\\node_modules\\x\\bin\\claude.exe`, args: [] },
    ],
    [
      'Yarn, and npm long ago',
      yarn('..\\x\\cli.js'),
      { program: 'node', args: ['C:\\Users\\Jo Doe\\AppData\\Roaming\\x\\cli.js'] },
    ],
    ['pnpm', pnpm('global\\5\\x\\cli.js'), { program: 'node', args: [`${folder}\\global\\5\\x\\cli.js`] }],
    ["Yarn's own", '@echo off\nnode "%~dp0\\cli.js" %*\n', { program: 'node', args: [`${folder}\\cli.js`] }],
  ];
  for (const [name, text, shim] of known)
    it(`reads the file of ${name}`, () => assert.deepEqual(readShim(text, at), shim));

  const strange: [string, string][] = [
    ['another interpreter', npm(script, '', 'deno')],
    ['a script elsewhere', yarn('C:\\x\\cli.js')],
    ['a variable in the path', yarn('%APPDATA%\\cli.js')],
    ['two scripts', yarn('a.js') + yarn('b.js')],
    ['more than it should do', `${npm(script)}del x\r\n`],
    ['a variable that node reads', `SET NODE_OPTIONS=--inspect\r\n${npm(script)}`],
    ['nothing', ''],
    ["npm's own", '@ECHO OFF\r\nSET "NODE_EXE=%~dp0\\node.exe"\r\n"%NODE_EXE%" "%NPM_CLI_JS%" %*\r\n'],
    ['far too much', `${npm(script)}${':: x\r\n'.repeat(10_000)}`],
  ];
  for (const [name, text] of strange)
    it(`leaves to the shell: ${name}`, () => assert.equal(readShim(text, at), undefined));

  const on = (text: string | undefined, more: Partial<LaunchOn> = {}): LaunchOn => ({
    ...{ platform: 'win32', shell: 'C:\\Windows\\cmd.exe', path: undefined, exists: () => false },
    read: () => {
      if (text === undefined) throw new Error('unreadable');
      return text;
    },
    ...more,
  });

  it('starts the script with its arguments, by the node beside it if there is one', () => {
    const args = [`${folder}\\${script}`, '--acp', 'a & b'];
    const started = { args, windowsVerbatimArguments: false };
    const command = `${folder}\\node.exe`;
    const there = (...paths: string[]) =>
      on(npm(script), { path: 'tools;C:\\nodejs', exists: (path) => paths.includes(path) });
    const launched = (on: LaunchOn) => launchOf(at, ['--acp', 'a & b'], on);
    const other = 'C:\\nodejs\\node.exe';
    assert.deepEqual(launched(there(command, other)), { ...started, command });
    assert.deepEqual(launched(there(other)), { ...started, command: other });
  });

  it('A12: node is never a bare name, which would be looked for in the workspace first', () => {
    const nowhere = on(npm(script), { path: 'tools;.;C:\\nodejs', exists: () => false });
    const relative = on(npm(script), { path: 'tools', exists: (path) => !path.startsWith('C:') });
    for (const none of [nowhere, relative, on(npm(script))])
      assert.equal(launchOf(at, [], none).command, `${folder}\\node.exe`);
  });

  it('quotes all for the shell where the file is not understood', () => {
    const { command, args, windowsVerbatimArguments } = launchOf(
      'C:\\a b\\x.CMD',
      ['--n', 'a"&%P%\\'],
      on(undefined),
    );
    assert.deepEqual([command, windowsVerbatimArguments], ['C:\\Windows\\cmd.exe', true]);
    assert.deepEqual(args.slice(0, 3), ['/d', '/s', '/c']);
    const twice = (text: string): string => text.replace(/["&%]/g, '^^^$&');
    assert.equal(args[3], `"C:\\a^ b\\x.CMD ${twice('"--n"')} ${twice('"a\\"&%P%\\\\"')}"`);
  });

  it('starts everything else as it is', () => {
    const as = (command: string, platform: NodeJS.Platform) =>
      launchOf(command, ['x'], on(npm(script), { platform }));
    for (const launch of [as('C:\\x.exe', 'win32'), as('/x.cmd', 'linux')])
      assert.deepEqual([launch.args, launch.windowsVerbatimArguments], [['x'], false]);
  });

  it('what Node refuses at once is agent_failed, and says nothing where it is only asked', async () => {
    const agent = { name: 'X', command: 'x\0', args: [], env: {}, installHint: '' };
    assert.throws(() => startProcess(agent, '/', silentLog), { code: 'agent_failed' });
    assert.equal(await askProgram(agent, [], { ms: 1_000 }), '');
  });
});
