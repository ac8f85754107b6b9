/** A message being written: its text, the files chosen with `@`, and what of it survives the page. */
import * as z from 'zod/v4';
import type { PromptBlock } from '../../protocol/facts.ts';
import { isNamed, mentionOf, type FileToken } from '../../transcript/mention.ts';
import type { Keep } from './keep.ts';

const draftSchema = z.object({
  text: z.string(),
  files: z.array(z.object({ path: z.string(), uri: z.string() })),
});
export type Draft = z.infer<typeof draftSchema>;

export const emptyDraft: Draft = { text: '', files: [] };

export function readDraft(keep: Keep, session: string): Draft {
  try {
    const parsed = draftSchema.safeParse(JSON.parse(keep.get(`draft.${session}`) ?? 'null'));
    return parsed.success ? parsed.data : emptyDraft;
  } catch {
    return emptyDraft;
  }
}

export function keepDraft(keep: Keep, session: string, draft: Draft): void {
  keep.set(`draft.${session}`, draft.text === '' ? undefined : JSON.stringify(draft));
}

/**
 * Puts the chosen file in place of the token; `caret` is where to go on writing: after the name, or, for a folder, where
 * what is in it can be typed on.
 */
export function insertFile(
  draft: Draft,
  { start, end }: Pick<FileToken, 'start' | 'end'>,
  { path, uri }: { path: string; uri: string },
): { draft: Draft; caret: number } {
  const [before, after] = [draft.text.slice(0, start), draft.text.slice(end)];
  const name = mentionOf(path);
  const files = [...draft.files.filter((known) => known.path !== path), { path, uri }];
  if (path.endsWith('/')) {
    const caret = before.length + name.length - (name.endsWith('"') ? 1 : 0);
    return { draft: { text: before + name + after, files }, caret };
  }
  const apart = /^\s/.test(after) ? '' : ' ';
  return {
    draft: { text: before + name + apart + after, files },
    caret: before.length + name.length + 1,
  };
}

/** ACP content: the text as written, then a resource link for each chosen file that it still names. */
export function toPrompt(draft: Draft): PromptBlock[] {
  const links = draft.files
    .filter(({ path }) => isNamed(draft.text, path))
    .map(({ path, uri }) => ({ type: 'resource_link', name: path, uri }));
  return [{ type: 'text', text: draft.text.trim() }, ...links];
}
