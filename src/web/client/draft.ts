/** A message being written: its text, the files chosen with `@`, and what of it survives the page. */
import * as z from 'zod/v4';
import type { PromptBlock } from '../../protocol/facts.ts';
import { linksOf, withMention, type Chosen, type FileToken } from '../../transcript/mention.ts';
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

/** What is written on another page of the same session, as it is written there. */
export function followDraft(keep: Keep, session: string, call: (draft: Draft) => void): () => void {
  return keep.watch?.(`draft.${session}`, () => call(readDraft(keep, session))) ?? (() => {});
}

/** Puts the chosen file in place of the token, as `withMention`. */
export function insertFile(
  draft: Draft,
  token: Pick<FileToken, 'start' | 'end'>,
  { path, uri }: Chosen,
): { draft: Draft; caret: number } {
  const { text, caret } = withMention(draft.text, token, path);
  return {
    draft: { text, files: [...draft.files.filter((known) => known.path !== path), { path, uri }] },
    caret,
  };
}

/** ACP content: the text as written, then a resource link for each chosen file that it still names. */
export function toPrompt({ text, files }: Draft): PromptBlock[] {
  return [{ type: 'text', text: text.trim() }, ...linksOf(text, files)];
}
