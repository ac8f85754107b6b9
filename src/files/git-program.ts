/** The git that is run: of an absolute folder of PATH, and about no repository but the one in which it is run. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** Whoever started this host may have been a hook of git's: then these name its repository, not ours. */
const itsOwn =
  /^GIT_(?:DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|PREFIX|NAMESPACE|CEILING_DIRECTORIES|\w*OBJECT_DIRECTOR\w+)$/;

export function gitEnvironment(): NodeJS.ProcessEnv {
  const rest = Object.entries(process.env).filter(([name]) => !itsOwn.test(name));
  return { ...Object.fromEntries(rest), GIT_OPTIONAL_LOCKS: '0' };
}

/**
 * Its full path; undefined where there is none. A bare name is looked for in the repository first on Windows, and
 * wherever PATH has a relative folder: that may hold anybody's program.
 */
export function gitProgram(path = process.env['PATH'], platform = process.platform): string | undefined {
  const name = platform === 'win32' ? 'git.exe' : 'git';
  const folders = (path ?? '').split(delimiter).filter(isAbsolute);
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
