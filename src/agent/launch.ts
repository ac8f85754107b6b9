/** What a program is started by: itself, or on Windows, where Node starts no `.cmd` file, what that file runs. */
import { existsSync, readFileSync } from 'node:fs';
import { win32 } from 'node:path';
import { readShim } from './cmd-shim.ts';

export interface Launch {
  command: string;
  args: string[];
  /** The command line is quoted already. */
  windowsVerbatimArguments: boolean;
}

/** The computer it is started on. */
export interface LaunchOn {
  platform: NodeJS.Platform;
  /** Of the shell. */
  shell: string;
  /** PATH of what is started. */
  path: string | undefined;
  /** Throws where it cannot be read. */
  read(path: string): string;
  exists(path: string): boolean;
}

/** This computer; `env`: of what is started. */
export function launchIn(env: NodeJS.ProcessEnv): LaunchOn {
  const name = Object.keys(env).find((key) => /^path$/i.test(key)) ?? 'PATH';
  return {
    platform: process.platform,
    shell: process.env['ComSpec'] ?? 'C:\\Windows\\System32\\cmd.exe',
    path: env[name],
    read: (path) => readFileSync(path, 'utf8'),
    exists: existsSync,
  };
}

/** Never throws; what cannot be read is left to the shell. */
export function launchOf(command: string, args: readonly string[], on: LaunchOn): Launch {
  if (on.platform !== 'win32' || !/\.(?:cmd|bat)$/i.test(command))
    return { command, args: [...args], windowsVerbatimArguments: false };
  const shim = shimAt(command, on);
  if (!shim) return byShell(command, args, on);
  const program = shim.program === 'node' ? nodeFor(command, on) : shim.program;
  return { command: program, args: [...shim.args, ...args], windowsVerbatimArguments: false };
}

/**
 * By its full path, also where there is none: a bare name would be looked for in the working folder first, which may
 * hold anybody's `node.exe`.
 */
function nodeFor(shim: string, { path = '', exists }: LaunchOn): string {
  const folders = path.split(';').filter((folder) => /^[a-z]:[\\/]|^[\\/]{2}/i.test(folder));
  const [beside, ...others] = [win32.dirname(shim), ...folders].map((folder) =>
    win32.join(folder, 'node.exe'),
  );
  return [beside!, ...others].find(exists) ?? beside!;
}

function shimAt(path: string, on: LaunchOn) {
  try {
    return readShim(on.read(path), path);
  } catch {
    return undefined;
  }
}

function byShell(command: string, args: readonly string[], { shell }: LaunchOn): Launch {
  // The batch file reads its arguments once more where it passes them on.
  const line = [caret(win32.normalize(command)), ...args.map((arg) => caret(caret(quoted(arg))))].join(' ');
  const all = ['/d', '/s', '/c', `"${line}"`];
  return { command: shell, args: all, windowsVerbatimArguments: true };
}

/** As programs of Windows take their command line apart. A line break would end it. */
function quoted(arg: string): string {
  const inner = arg
    .replace(/[\r\n]+/g, ' ')
    .replace(/(\\*)"/g, '$1$1\\"')
    .replace(/(\\+)$/, '$1$1');
  return `"${inner}"`;
}

/** Nothing in it means anything to the shell. */
const caret = (text: string): string => text.replace(/[()[\]%!^"`<>&|;, *?]/g, '^$&');
