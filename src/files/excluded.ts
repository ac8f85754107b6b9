/** Which paths the patterns of VS Code's `files.exclude` leave out. */
import { globStates, rangeOf } from './glob-states.ts';

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
    .map(({ glob, when }) => ({ fits: globFits(glob), when }));
  return (path, siblings) =>
    rules.some(({ fits, when }) => {
      if (!fits(path)) return false;
      if (when === undefined) return true;
      const name = path.slice(path.lastIndexOf('/') + 1);
      return siblings.has(when.replaceAll('$(basename)', name.replace(/\.[^.]*$/, '')));
    });
}

/** Expressions are faster, but with more stars or braces than these they may try for ever. */
const [fewStars, fewBraces] = [2, 2];

function globFits(glob: string): (path: string) => boolean {
  const stars = glob.match(/\*+/g)?.length ?? 0;
  const braces = glob.match(/\{/g)?.length ?? 0;
  try {
    if (stars > fewStars || braces > fewBraces) return globStates(glob);
    const pattern = globPattern(glob);
    return (path) => pattern.test(path);
  } catch {
    // A range that is none: it leaves nothing out.
    return () => false;
  }
}

/** Throws SyntaxError for a range that is none. */
export function globPattern(glob: string): RegExp {
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
      source += rangeOf(glob.slice(at + 1, end));
      at = end;
    } else source += letter.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  }
  return new RegExp(`^${source}${')'.repeat(braces)}/?$`, 's');
}
