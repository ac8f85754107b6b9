/** What a call is given, and what an edit changes by that alone: agents may send no diff, and the input as a text. */
import type { Raw, ToolContent, ToolFields } from './items.ts';
import { asRecord, asString } from './raw.ts';

const pathKeys = ['file_path', 'filePath', 'filepath', 'fileName', 'path', 'abs_path'];

/**
 * The input that a call which has not run yet has as its only text: Kimi Code streams it there, and asks before it sends
 * it as such. What has run has its output there.
 */
export function inputIn({ status, content }: ToolFields): Raw | undefined {
  if (status !== 'pending' && status !== 'in_progress') return undefined;
  const texts = content?.flatMap((part) => (part.type === 'text' ? [part.text.trim()] : [])) ?? [];
  const [text] = texts;
  if (texts.length !== 1 || !text?.startsWith('{') || !text.endsWith('}')) return undefined;
  try {
    return asRecord(JSON.parse(text));
  } catch {
    // It is not whole yet, or not that.
    return undefined;
  }
}

/** The file that an input names, by whichever of the usual names. */
export function pathsIn(input: Raw): string[] {
  return pathKeys.flatMap((key) => asString(input[key]) ?? []);
}

/** The change where the input says all of it: a whole file's content, or an old text and the new one. */
export function writtenBy(toolKind: string, rawInput: unknown): ToolContent | undefined {
  const input = asRecord(rawInput);
  if (toolKind !== 'edit' || !input) return undefined;
  const [path] = pathsIn(input);
  const newText = asString(input['content']) ?? asString(input['new_string']) ?? asString(input['newString']);
  if (path === undefined || newText === undefined) return undefined;
  const oldText = asString(input['old_string']) ?? asString(input['oldString']) ?? null;
  return { type: 'diff', path, oldText, newText };
}
