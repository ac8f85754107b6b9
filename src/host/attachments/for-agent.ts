/** What an agent gets of attachments, just before its prompt: pictures as such where it takes them, else links to files. */
import { pathToFileURL } from 'node:url';
import { OffdeskError } from '../../base/error.ts';
import { plainLine } from '../../base/plain-text.ts';
import { attachmentIn } from '../../protocol/attachment-link.ts';
import type { PromptBlock } from '../../protocol/facts.ts';
import { limits } from '../../protocol/limits.ts';
import { AttachmentFolder, type Kept } from './attachment-folder.ts';

/** ACP's promptCapabilities. */
export type PromptCapabilities = Record<string, unknown> | null;

/** `session`: its folder. Rejects with `attachment_unknown` for what is not there any more. */
export async function forAgent(
  session: string,
  blocks: PromptBlock[],
  capabilities: PromptCapabilities,
): Promise<PromptBlock[]> {
  const folder = new AttachmentFolder(session);
  let room = capabilities?.['image'] === true ? limits.promptImageBytes : 0;
  const result: PromptBlock[] = [];
  for (const block of blocks) {
    const attached = attachmentIn(block);
    if (!attached) {
      result.push(block);
      continue;
    }
    const kept = await folder.find(attached.id);
    if (!kept || kept.have < kept.bytes) throw gone(attached.name);
    const fits = kept.bytes <= Math.min(room, limits.imageBytes);
    const picture = fits ? await pictureOf(folder, kept) : undefined;
    if (picture) room -= kept.bytes;
    result.push(picture ?? linkTo(folder, kept));
  }
  return result;
}

async function pictureOf(folder: AttachmentFolder, kept: Kept): Promise<PromptBlock | undefined> {
  const bytes = Buffer.from(await folder.read(kept, 0, kept.bytes));
  const mimeType = pictureType(bytes);
  if (!mimeType) return undefined;
  const uri = pathToFileURL(folder.path(kept)).href;
  return { type: 'image', mimeType, data: bytes.toString('base64'), uri };
}

function linkTo(folder: AttachmentFolder, { id, name, type, bytes }: Kept): PromptBlock {
  const uri = pathToFileURL(folder.path({ id, name })).href;
  return { type: 'resource_link', uri, name, ...(type === '' ? {} : { mimeType: type }), size: bytes };
}

/**
 * What models take, by the content's first bytes: a wrong type makes a model's service refuse this prompt and, since it
 * stays in the conversation, each one after it.
 */
function pictureType(bytes: Buffer): string | undefined {
  const begins = (hex: string, at = 0) =>
    bytes.subarray(at, at + hex.length / 2).equals(Buffer.from(hex, 'hex'));
  if (begins('ffd8ff')) return 'image/jpeg';
  if (begins('89504e470d0a1a0a')) return 'image/png';
  if (begins('474946383761') || begins('474946383961')) return 'image/gif';
  return begins('52494646') && begins('57454250', 8) ? 'image/webp' : undefined;
}

function gone(name: string): OffdeskError {
  return new OffdeskError(
    'attachment_unknown',
    `“${plainLine(name, limits.attachmentNameChars)}” is not on the computer any more.`,
    'Attach it again and send the prompt again.',
  );
}
