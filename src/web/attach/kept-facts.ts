/** What of a session's attachments survives the page beside the files themselves: which there are, and what for. */
import * as z from 'zod/v4';
import { attachmentIdPattern } from '../../protocol/attachment-link.ts';
import type { Keep } from '../client/keep.ts';
import type { Upload } from './upload.ts';

const schema = z.array(
  z.object({
    id: z.string().regex(attachmentIdPattern),
    name: z.string(),
    type: z.string(),
    bytes: z.number(),
    draft: z.boolean(),
  }),
);

/** The name of what is kept; also looked for before this module is loaded (late-uploads.ts). */
export const keptKey = (session: string): string => `attached.${session}`;

/** What an earlier page kept; anything malformed is forgotten. */
export function readKept(keep: Keep, session: string): Upload[] {
  try {
    const kept = schema.safeParse(JSON.parse(keep.get(keptKey(session)) ?? '[]'));
    return kept.success ? kept.data.map((facts) => ({ ...facts, state: { kind: 'waiting' } })) : [];
  } catch {
    return [];
  }
}

export function writeKept(keep: Keep, session: string, all: readonly Upload[]): void {
  const lasting = all
    .filter(({ state }) => state.kind !== 'preparing' && !(state.kind === 'failed' && !state.again))
    .map(({ id, name, type, bytes, draft }) => ({ id, name, type, bytes, draft }));
  const key = keptKey(session);
  const text = lasting.length === 0 ? undefined : JSON.stringify(lasting);
  // Progress changes nothing of it.
  if (keep.get(key) !== text) keep.set(key, text);
}
