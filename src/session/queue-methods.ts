/** The queue's methods: what a client may do with prompts that wait. */
import * as p from '../protocol/methods.ts';
import { sendAttachments } from './attachment-methods.ts';
import { controlledSession, type MethodPorts, type MethodTable } from './client-port.ts';
import { linkFiles } from './linked-files.ts';
import { parsed } from './requests.ts';

export function queueMethods(ports: MethodPorts): MethodTable {
  const { client } = ports;
  const queueOf = async (id: string) => (await controlledSession(ports, id)).queue;
  return {
    [p.methods.queueEdit]: async ({ params }) => {
      const { sessionId, id, prompt, change } = parsed(p.queueEditParams, params);
      const session = await controlledSession(ports, sessionId);
      await sendAttachments(ports.sessions, sessionId, prompt);
      await linkFiles(ports.sessions, session, prompt);
      await session.queue.edit(id, prompt, client.origin, change);
      return {};
    },
    [p.methods.queueMove]: async ({ params }) => {
      const { sessionId, id, before, change } = parsed(p.queueMoveParams, params);
      await (await queueOf(sessionId)).move(id, before, client.origin, change);
      return {};
    },
    [p.methods.queueNow]: async ({ params }) => {
      const { sessionId, id, change } = parsed(p.queueParams, params);
      await (await queueOf(sessionId)).now(id, client.origin, change);
      return {};
    },
    [p.methods.queueRemove]: async ({ params }) => {
      const { sessionId, id, change } = parsed(p.queueParams, params);
      await (await queueOf(sessionId)).remove(id, client.origin, change);
      return {};
    },
    [p.methods.queueResume]: async ({ params }) => {
      const { sessionId, change } = parsed(p.sessionParams, params);
      await (await queueOf(sessionId)).resume(client.origin, change);
      return {};
    },
  };
}
