/** What an edit changes, told by the call's input alone: agents that do not ask before they write may send no diff. */
import type { Raw, ToolContent } from './items.ts';
import { asRecord, asString } from './raw.ts';

const pathKeys = ['file_path', 'filePath', 'filepath', 'fileName', 'path', 'abs_path'];

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
