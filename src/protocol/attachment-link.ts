/** How a prompt, and the journal, name a file that goes with it: a link that only the host can follow. */
import type { PromptBlock } from './facts.ts';

/** A UUID, in lower case; made by the client. */
export const attachmentIdPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const scheme = 'offdesk-attachment:';

export interface AttachmentFacts {
  id: string;
  name: string;
  type: string;
  bytes: number;
}

/** As it stands in a prompt, and in the journal. */
export function attachmentLink({ id, name, type, bytes }: AttachmentFacts): PromptBlock {
  return { type: 'resource_link', uri: `${scheme}${id}`, name, mimeType: type, size: bytes };
}

/** The other way; undefined for every other block. */
export function attachmentIn(block: PromptBlock): AttachmentFacts | undefined {
  const { uri, name, mimeType, size } = block;
  if (block.type !== 'resource_link' || typeof uri !== 'string' || !uri.startsWith(scheme)) return undefined;
  const id = uri.slice(scheme.length);
  if (!attachmentIdPattern.test(id)) return undefined;
  return {
    id,
    name: typeof name === 'string' ? name : '',
    type: typeof mimeType === 'string' ? mimeType : '',
    bytes: typeof size === 'number' ? size : 0,
  };
}

/** Of a prompt: what goes with it. */
export function attachmentsIn(blocks: readonly PromptBlock[]): AttachmentFacts[] {
  return blocks.flatMap((block) => attachmentIn(block) ?? []);
}

/** A link that pretends to be one and names none: no agent shall see it. */
export function isBrokenLink(block: PromptBlock): boolean {
  const { uri } = block;
  return typeof uri === 'string' && uri.toLowerCase().startsWith(scheme) && attachmentIn(block) === undefined;
}
