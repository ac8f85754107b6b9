/** Requests of a client: parsed once, and refused with a code and the next step. */
import { RequestError } from '@agentclientprotocol/sdk';
import * as z from 'zod/v4';
import { asOffdeskError, OffdeskError } from '../base/error.ts';
import { promptBlocks } from '../protocol/facts.ts';
import { changeMeta, promptMeta, resumeMeta } from '../protocol/methods.ts';

const sessionId = z.string().max(128);

/** `_meta` of an ACP request, of which `offdesk` is ours. */
function metaOf<T extends z.ZodType>(offdesk: T) {
  return z.looseObject({ offdesk: offdesk.optional() }).nullish();
}

export const resumeParams = z.looseObject({ sessionId, _meta: metaOf(resumeMeta) });
export const promptParams = z.looseObject({ sessionId, prompt: promptBlocks, _meta: metaOf(promptMeta) });
export const modeParams = z.looseObject({ sessionId, modeId: z.string(), _meta: metaOf(changeMeta) });
export const configParams = z.looseObject({
  sessionId,
  configId: z.string(),
  value: z.union([z.string(), z.boolean()]),
  _meta: metaOf(changeMeta),
});

/** Throws `invalid_params`. */
export function parsed<T>(schema: z.ZodType<T>, params: unknown): T {
  const result = schema.safeParse(params);
  if (result.success) return result.data;
  throw new OffdeskError(
    'invalid_params',
    'The request was not understood.',
    'Update Offdesk and try again.',
  );
}

/** The same as an error of JSON-RPC: code and next step travel in `data.offdesk`. */
export function toRequestError(error: unknown): RequestError {
  if (error instanceof RequestError) return error;
  const shape = asOffdeskError(error).toShape();
  return new RequestError(-32000, shape.message, { offdesk: shape });
}
