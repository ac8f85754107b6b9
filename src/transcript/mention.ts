/** How a message names a file: `@path`, in quotes where the path would not be one word. */
import type { PromptBlock } from '../protocol/facts.ts';

/** What ends a word, or would stand for another thing in quotes; at the end also what ends a sentence. */
const parting = /[\s"'`\\\p{Cc}\p{Cf}]|[.,;:!?)\]}>]$/u;
const unseen = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** `path` is a folder's when it ends with a slash. */
export function mentionOf(path: string): string {
  if (!parting.test(path)) return `@${path}`;
  const quoted = JSON.stringify(path).replace(unseen, (one) =>
    [...Array(one.length).keys()]
      .map((at) => `\\u${one.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join(''),
  );
  return `@${quoted}`;
}

/** Whether a message names this file, and not only one whose path begins so. */
export function isNamed(text: string, path: string): boolean {
  const mention = mentionOf(path);
  for (let at = text.indexOf(mention); at >= 0; at = text.indexOf(mention, at + 1)) {
    const after = text.slice(at + mention.length, at + mention.length + 2);
    if (mention.endsWith('"') || !/^(?:[\p{L}\p{N}\p{M}_\-/@+~]|\.[^\s.])/u.test(after)) return true;
  }
  return false;
}

/** A file that was chosen for a message. */
export interface Chosen {
  path: string;
  uri: string;
}

/** ACP resource links to those that the text still names. */
export function linksOf(text: string, files: readonly Chosen[]): PromptBlock[] {
  return files
    .filter(({ path }) => isNamed(text, path))
    .map(({ path, uri }) => ({ type: 'resource_link', name: path, uri }));
}

/**
 * Puts the file's name in place of the token; `caret` is where to go on writing: after the name, or, for a folder, where
 * what is in it can be typed on.
 */
export function withMention(
  text: string,
  { start, end }: Pick<FileToken, 'start' | 'end'>,
  path: string,
): { text: string; caret: number } {
  const [before, after] = [text.slice(0, start), text.slice(end)];
  const name = mentionOf(path);
  if (path.endsWith('/'))
    return { text: before + name + after, caret: start + name.length - (name.endsWith('"') ? 1 : 0) };
  const apart = /^\s/.test(after) ? '' : ' ';
  return { text: before + name + apart + after, caret: start + name.length + 1 };
}

/** What of a file's name is written at the caret. */
export interface FileToken {
  /** Index of the `@`, and after what the chosen name takes the place of. */
  start: number;
  end: number;
  query: string;
}

/** The `@` must begin a word, so that mail addresses stay what they are; undefined when the caret is in none. */
export function fileTokenAt(text: string, caret: number): FileToken | undefined {
  const before = text.slice(0, caret);
  const quoted = /(?:^|[\s([{])@"((?:[^"\\\n]|\\.)*)$/.exec(before)?.[1];
  if (quoted !== undefined) {
    const end = text[caret] === '"' ? caret + 1 : caret;
    return { start: caret - quoted.length - 2, end, query: plainOf(quoted) };
  }
  // Packages have an @ in their folder's name.
  const word = /(?:^|[\s([{"'`])@((?:[^\s@"]|(?<=[/@])@)*)$/.exec(before)?.[1];
  return word === undefined ? undefined : { start: caret - word.length - 1, end: caret, query: word };
}

function plainOf(quoted: string): string {
  try {
    return String(JSON.parse(`"${quoted}"`));
  } catch {
    return quoted;
  }
}
