/** VS Code's variables in the definition of an MCP server, as far as nobody has to be asked. */
import { homedir } from 'node:os';
import { basename, sep } from 'node:path';

export interface VariablePlaces {
  /** The workspace's folder, absolute. */
  cwd: string;
  env: NodeJS.ProcessEnv;
  inputs: ReadonlyMap<string, string>;
}

/** A variable that has no value here; `message` is its name as written. */
export class Unresolved extends Error {}

const pattern = /\$\{([^{}]*)\}/g;

/**
 * Throws Unresolved. As in VS Code a variable of the environment that is not set is empty. `shown`: for the eyes of
 * the user, who reads `${env:…}` as it is written, since its value may be a secret; all that a file itself decides is
 * shown as it is.
 */
export function withVariables(text: string, places: VariablePlaces, shown = false): string {
  return text.replace(pattern, (whole, name: string) => {
    const colon = name.indexOf(':');
    const kind = colon < 0 ? name : name.slice(0, colon);
    const argument = colon < 0 ? undefined : name.slice(colon + 1);
    if (shown && kind === 'env') return whole;
    const value = valueOf(kind, argument, places);
    if (value === undefined) throw new Unresolved(whole);
    return value;
  });
}

function valueOf(
  kind: string,
  argument: string | undefined,
  { cwd, env, inputs }: VariablePlaces,
): string | undefined {
  const own = argument === undefined || argument === basename(cwd);
  switch (kind) {
    // Another folder of the window is not the session's.
    case 'workspaceFolder':
    case 'workspaceRoot':
    case 'cwd':
      return own ? cwd : undefined;
    case 'workspaceFolderBasename':
      return own ? basename(cwd) : undefined;
    case 'userHome':
      return homedir();
    case 'pathSeparator':
    case '/':
      return sep;
    case 'env':
      return argument ? (env[argument] ?? '') : undefined;
    case 'input':
      return argument ? inputs.get(argument) : undefined;
    default:
      return undefined;
  }
}
