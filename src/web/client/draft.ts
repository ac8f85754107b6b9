/** A message being written: its text, the files chosen with `@`, and what of it survives the page. */
import * as z from 'zod/v4';
import type { PromptBlock } from '../../protocol/facts.ts';
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

/** A word that begins with `@` and ends at the caret. */
export interface FileToken {
  /** Index of the `@`. */
  start: number;
  /** What stands between it and the caret. */
  query: string;
}

/** The `@` must begin a word, so that mail addresses stay what they are; undefined when the caret is in none. */
export function fileTokenAt(text: string, caret: number): FileToken | undefined {
  const match = /(?:^|[\s([{"'`])@([^\s@]*)$/.exec(text.slice(0, caret));
  if (!match) return undefined;
  const query = match[1] ?? '';
  return { start: caret - query.length - 1, query };
}

/** Puts the chosen file in place of the token; `caret` is where to go on writing. */
export function insertFile(
  draft: Draft,
  token: FileToken,
  file: { path: string; uri: string },
): { draft: Draft; caret: number } {
  const before = draft.text.slice(0, token.start);
  const after = draft.text.slice(token.start + 1 + token.query.length);
  const inserted = `@${file.path}${/^\s/.test(after) ? '' : ' '}`;
  const files = draft.files.filter((known) => known.path !== file.path);
  return {
    draft: { text: before + inserted + after, files: [...files, { path: file.path, uri: file.uri }] },
    caret: before.length + inserted.length + (/^\s/.test(after) ? 1 : 0),
  };
}

/** ACP content: the text as written, then a resource link for each chosen file that it still names. */
export function toPrompt(draft: Draft): PromptBlock[] {
  const links = draft.files
    .filter(({ path }) => draft.text.includes(`@${path}`))
    .map(({ path, uri }) => ({ type: 'resource_link', name: path, uri }));
  return [{ type: 'text', text: draft.text.trim() }, ...links];
}
