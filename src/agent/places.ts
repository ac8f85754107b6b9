/** Folders in which programs are installed without being on the PATH that VS Code was started with. */
import { readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';

/** Where to look: this computer as its user has it. */
export interface Surroundings {
  env: NodeJS.ProcessEnv;
  /** The user's folder. */
  home: string;
  platform: NodeJS.Platform;
  /** Where the computer keeps tools for all of its users. */
  shared: readonly string[];
  /** PATH of the user's terminals, where the shell knows of one of their own. */
  terminalPath: string | undefined;
}

export function surroundings(terminalPath?: string): Surroundings {
  const { env, platform } = process;
  return { env, home: homedir(), platform, shared: sharedFolders(platform, env), terminalPath };
}

function sharedFolders(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string[] {
  switch (platform) {
    case 'win32':
      return env['ProgramFiles'] ? [join(env['ProgramFiles'], 'nodejs')] : [];
    case 'darwin':
      return ['/opt/homebrew/bin', '/usr/local/bin'];
    default:
      return ['/home/linuxbrew/.linuxbrew/bin', '/usr/local/bin'];
  }
}

/** The absolute ones: a relative folder would lead into the workspace, which may hold anything. */
export function foldersOf(path: string | undefined): string[] {
  return (path ?? '').split(delimiter).filter(isAbsolute);
}

/** Those of the tools that install programs for one user, then those of the computer; many will not exist. */
export function commonFolders(where: Surroundings): string[] {
  const own = where.platform === 'win32' ? windowsFolders(where) : unixFolders(where);
  return [...new Set([...own, ...where.shared].filter(isAbsolute))];
}

function unixFolders({ env, home, platform }: Surroundings): string[] {
  const mac = platform === 'darwin';
  const data = env['XDG_DATA_HOME'] || join(home, '.local', 'share');
  const prefix = env['npm_config_prefix'] || env['NPM_CONFIG_PREFIX'] || npmPrefix(home);
  return [
    ...(prefix ? [join(prefix, 'bin')] : []),
    join(home, '.npm-global', 'bin'),
    join(home, '.local', 'bin'),
    join(home, 'bin'),
    ...nvmFolders(env['NVM_DIR'] || join(home, '.nvm')),
    join(
      env['FNM_DIR'] || (mac ? join(home, 'Library', 'Application Support', 'fnm') : join(data, 'fnm')),
      'aliases',
      'default',
      'bin',
    ),
    join(env['VOLTA_HOME'] || join(home, '.volta'), 'bin'),
    join(env['BUN_INSTALL'] || join(home, '.bun'), 'bin'),
    env['PNPM_HOME'] || (mac ? join(home, 'Library', 'pnpm') : join(data, 'pnpm')),
    join(data, 'mise', 'shims'),
    join(env['ASDF_DATA_DIR'] || join(home, '.asdf'), 'shims'),
  ];
}

function windowsFolders({ env, home }: Surroundings): string[] {
  const roaming = env['APPDATA'] || join(home, 'AppData', 'Roaming');
  const local = env['LOCALAPPDATA'] || join(home, 'AppData', 'Local');
  return [
    join(roaming, 'npm'),
    env['PNPM_HOME'] || join(local, 'pnpm'),
    join(env['VOLTA_HOME'] || join(local, 'Volta'), 'bin'),
    join(env['BUN_INSTALL'] || join(home, '.bun'), 'bin'),
    join(home, '.local', 'bin'),
    join(home, 'scoop', 'shims'),
    ...(env['NVM_SYMLINK'] ? [env['NVM_SYMLINK']] : []),
  ];
}

/** npm's `prefix` as the user's own .npmrc sets it. */
function npmPrefix(home: string): string | undefined {
  const value = /^\s*prefix\s*=\s*["']?(.+?)["']?\s*$/m.exec(readText(join(home, '.npmrc')) ?? '')?.[1];
  return value?.replace(/^~(?=\/)|^\$\{?HOME\}?(?=\/)/, home);
}

/** The version that new shells get, then the others, newest first. */
function nvmFolders(nvm: string): string[] {
  const versions = join(nvm, 'versions', 'node');
  const installed = list(versions)
    .filter((name) => /^v\d+\.\d+\.\d+$/.test(name))
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  const wanted = nvmDefault(nvm);
  const chosen = installed.filter((name) => wanted !== undefined && `${name}.`.startsWith(`v${wanted}.`));
  return [join(nvm, 'current'), ...[...chosen, ...installed].map((name) => join(versions, name))].map(
    (folder) => join(folder, 'bin'),
  );
}

/** nvm's alias `default` without its `v`; it may name another alias, such as `lts/iron`. */
function nvmDefault(nvm: string): string | undefined {
  let alias = 'default';
  // A circle of aliases ends here.
  for (let steps = 0; steps < 5; steps++) {
    const said = readText(join(nvm, 'alias', alias))?.trim();
    if (said === undefined || said.includes('..')) return undefined;
    if (/^v?\d+(\.\d+)*$/.test(said)) return said.replace(/^v/, '');
    alias = said;
  }
  return undefined;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
