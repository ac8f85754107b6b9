/** Windows: the `.cmd` files that npm, pnpm and Yarn write for programs, read for what they run (no shell is needed then). */
import { win32 } from 'node:path';

export interface Shim {
  /** A program's name or path; `node` for most. */
  program: string;
  /** Options, then the script's full path; none where `program` is itself what was installed. */
  args: string[];
}

/** A shim is some hundred bytes; what is longer is something else. */
const shimChars = 16 * 1024;

/** `goto` to nowhere ends the batch file before its program begins, so that Ctrl-C asks nothing. */
const preamble =
  /^@?\s*(?:endlocal\s*&\s*goto\s+\S+\s+2>nul\s*\|\|\s*title\s+%comspec%\s*&\s*(?:set pathext=%pathext:;\.js;=;%\s*&\s*)?)?/i;
/** A program, options without blanks, a script in quotes or none, and all arguments; nothing else. */
const runs = /^(?:"([^"]+)"|([\w.-]+))((?:\s+-[\w.:=/-]+)*)(?:\s+"([^"]+)")?\s+%\*$/;
/** What such files consist of beside that. */
const harmless =
  /^(?:$|::|rem\b|echo off$|goto start$|:\w+$|set (?:dp0=%~dp0|pathext=%pathext:;\.js;=;%|"_prog=(?:%dp0%\\)?node(?:\.exe)?"|"?node_path=[^"&|<>]*"?)$|exit \/b$|setlocal$|endlocal$|call :find_dp0$|if (?:not )?(?:exist "[^"]*"|defined node_path) \($|\) else \($|\)$)/i;

/**
 * `at`: the shim's full path. Undefined where it does anything that is not known here: then only its shell can run it.
 * Its own `NODE_PATH` (pnpm) is given up: it serves packages that do not name what they need.
 */
export function readShim(text: string, at: string): Shim | undefined {
  if (text.length > shimChars) return undefined;
  const found: Shim[] = [];
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim().replace(/^@/, '').trim();
    if (harmless.test(line)) continue;
    const shim = runIn(line, win32.dirname(at));
    if (!shim) return undefined;
    found.push(shim);
  }
  const [first, ...more] = found;
  // Twice with `node.exe` beside it and with that of PATH: the same script.
  if (!first || more.some(({ args }) => args.join('\n') !== first.args.join('\n'))) return undefined;
  return first;
}

function runIn(line: string, folder: string): Shim | undefined {
  const [, quoted, bare, options = '', script] = runs.exec(line.replace(preamble, '')) ?? [];
  const program = quoted ?? bare;
  if (program === undefined) return undefined;
  const args = options.split(/\s+/).filter(Boolean);
  if (script === undefined) {
    const path = quoted === undefined ? undefined : besideIn(quoted, folder);
    return path !== undefined && /\.exe$/i.test(path) ? { program: path, args } : undefined;
  }
  const path = besideIn(script, folder);
  // `%_prog%`: a node beside the shim, else that of PATH.
  const node = /^(?:%_prog%|(?:%~dp0|%dp0%)[\\/]*node\.exe|node(?:\.exe)?)$/i.test(program);
  return path !== undefined && node ? { program: 'node', args: [...args, path] } : undefined;
}

/** Undefined for what is not named from the shim's own folder, or holds another variable. */
function besideIn(path: string, folder: string): string | undefined {
  const rest = /^(?:%~dp0|%dp0%)[\\/]*(.+)$/i.exec(path)?.[1];
  return rest === undefined || /[%!"^]/.test(rest) || win32.isAbsolute(rest) || /^\w:/.test(rest)
    ? undefined
    : win32.join(folder, rest);
}
