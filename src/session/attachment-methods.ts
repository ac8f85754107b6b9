/** Methods of attachments: files come in pieces beside the conversation, and other surfaces read them. */
import { OffdeskError } from '../base/error.ts';
import {
  attachmentDropParams,
  attachmentPieceParams,
  attachmentPutParams,
  attachmentReadParams,
} from '../protocol/attachments.ts';
import { attachmentsIn, isBrokenLink } from '../protocol/attachment-link.ts';
import type { PromptBlock } from '../protocol/facts.ts';
import { limits } from '../protocol/limits.ts';
import { methods } from '../protocol/methods.ts';
import {
  controlledSession,
  findSession,
  type MethodPorts,
  type MethodTable,
  type SessionDirectory,
} from './client-port.ts';
import { parsed } from './requests.ts';

export function attachmentMethods(ports: MethodPorts): MethodTable {
  const { attachments } = ports.sessions;
  return {
    [methods.attachment.put]: async ({ params }) => {
      const file = parsed(attachmentPutParams, params);
      await controlledSession(ports, file.sessionId);
      return { have: await attachments.put(file) };
    },
    [methods.attachment.piece]: async ({ params }) => {
      const piece = parsed(attachmentPieceParams, params);
      await controlledSession(ports, piece.sessionId);
      return { have: await attachments.piece(piece) };
    },
    [methods.attachment.drop]: async ({ params }) => {
      const file = parsed(attachmentDropParams, params);
      await controlledSession(ports, file.sessionId);
      await attachments.drop(file);
      return {};
    },
    [methods.attachment.read]: async ({ params }) => {
      const place = parsed(attachmentReadParams, params);
      await findSession(ports.sessions, place.sessionId);
      return attachments.read(place);
    },
  };
}

/** What goes with a prompt is all there, before the prompt is taken; undefined where nothing goes with it. */
export function sendAttachments(
  { attachments }: SessionDirectory,
  session: string,
  blocks: readonly PromptBlock[],
): Promise<void> | undefined {
  if (blocks.some(isBrokenLink))
    throw new OffdeskError(
      'invalid_params',
      'A link in this prompt leads nowhere.',
      'Attach the file again.',
    );
  const ids = attachmentsIn(blocks).map(({ id }) => id);
  if (ids.length === 0) return undefined;
  if (ids.length > limits.promptAttachments)
    throw new OffdeskError(
      'attachment_limit',
      `No more than ${limits.promptAttachments} files go with one prompt.`,
      'Send some of them with another prompt.',
    );
  return attachments.send(session, ids);
}
