/** Which paths the patterns of VS Code's `files.exclude` leave out. */

export interface Exclude {
  /** As VS Code has it: `*`, `?`, `**`, `{a,b}`, `[a-z]`, relative to the folder. */
  glob: string;
  /** Only where this file stands beside it, `$(basename)` for its name without its last suffix. */
  when?: string;
}

/** Without a shell that has such a setting: its defaults there, and what packages bring along. */
export const usualExcludes: readonly Exclude[] = [
  ...['**/.git', '**/.svn', '**/.hg', '**/.DS_Store', '**/Thumbs.db', '**/node_modules'].map((glob) => ({
    glob,
  })),
];

/** Longer ones are nobody's. */
const globChars = 500;

/** `path`: relative, without a slash at its end; `siblings`: names of all that stands beside it. */
export type Excluded = (path: string, siblings: ReadonlySet<string>) => boolean;

export function excluder(excludes: readonly Exclude[]): Excluded {
  const rules = excludes
    .filter(({ glob }) => glob.length <= globChars)
    .map(({ glob, when }) => ({ pattern: globPattern(glob), when }));
  return (path, siblings) =>
    rules.some(({ pattern, when }) => {
      if (!pattern.test(path)) return false;
      if (when === undefined) return true;
      const name = path.slice(path.lastIndexOf('/') + 1);
      return siblings.has(when.replaceAll('$(basename)', name.replace(/\.[^.]*$/, '')));
    });
}

function globPattern(glob: string): RegExp {
  let source = '';
  let braces = 0;
  for (let at = 0; at < glob.length; at++) {
    const letter = glob[at]!;
    const begins = at === 0 || glob[at - 1] === '/';
    if (begins && glob.startsWith('**/', at)) {
      source += '(?:[^/]+/)*';
      at += 2;
    } else if (glob.startsWith('**', at)) {
      source += '.*';
      at++;
    } else if (letter === '*') source += '[^/]*';
    else if (letter === '?') source += '[^/]';
    else if (letter === '{') [source, braces] = [`${source}(?:`, braces + 1];
    else if (letter === '}' && braces > 0) [source, braces] = [`${source})`, braces - 1];
    else if (letter === ',' && braces > 0) source += '|';
    else if (letter === '[' && glob.includes(']', at + 2)) {
      const end = glob.indexOf(']', at + 2);
      source += `[${glob
        .slice(at + 1, end)
        .replace(/^[!^]/, '^')
        .replaceAll(/[\\[\]]/g, '\\$&')}]`;
      at = end;
    } else source += letter.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  }
  try {
    return new RegExp(`^${source}${')'.repeat(braces)}/?$`);
  } catch {
    // A range that is none: it leaves nothing out.
    return /[^\s\S]/;
  }
}
