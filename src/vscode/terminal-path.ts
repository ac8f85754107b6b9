/** The PATH that the user's terminals have by VS Code's own settings: agents that work there are found there. */

/**
 * `variables`: the user's `terminal.integrated.env.<os>`. Folders with variables that mean nothing outside a workspace
 * are left out. Undefined where the setting says nothing of PATH.
 */
export function terminalPath(
  variables: unknown,
  env: NodeJS.ProcessEnv,
  delimiter: string,
): string | undefined {
  if (typeof variables !== 'object' || variables === null) return undefined;
  const own = Object.entries(variables).find(([name]) => /^path$/i.test(name))?.[1] as unknown;
  if (typeof own !== 'string') return undefined;
  return own
    .replace(/\$\{env:(\w+)\}/g, (_all, name: string) => env[name] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '' && !folder.includes('${'))
    .join(delimiter);
}

/** The last part of the setting's name. */
export function terminalSystem(platform: NodeJS.Platform): 'windows' | 'osx' | 'linux' {
  return platform === 'win32' ? 'windows' : platform === 'darwin' ? 'osx' : 'linux';
}
