/** A session's own methods: what a client may ask of the agent, answer and set. */
import { OffdeskError } from '../base/error.ts';
import * as p from '../protocol/methods.ts';
import { sendAttachments } from './attachment-methods.ts';
import {
  controlledSession,
  findSession,
  openSession,
  requireScope,
  sessionOver,
  type MethodPorts,
  type MethodTable,
} from './client-port.ts';
import { linkFiles } from './linked-files.ts';
import { configParams, modeParams, parsed, promptParams } from './requests.ts';

export function sessionMethods(ports: MethodPorts): MethodTable {
  const { client, sessions } = ports;
  /** By session: what goes with a prompt is looked up on disk, and a later one with nothing must not be taken before it. */
  const before = new Map<string, Promise<unknown>>();
  const inOrder = <T>(sessionId: string, take: () => Promise<T>): Promise<T> => {
    const taken = (before.get(sessionId) ?? Promise.resolve()).then(take);
    const over = taken
      .catch(() => {})
      .then(() => {
        if (before.get(sessionId) === over) before.delete(sessionId);
      });
    before.set(sessionId, over);
    return taken;
  };
  return {
    'session/prompt': async ({ params }) => {
      const { sessionId, prompt, _meta } = parsed(promptParams, params);
      requireScope(client, 'control');
      const id = _meta?.offdesk?.id ?? crypto.randomUUID();
      const taken = await inOrder(sessionId, async () => {
        const session = await findSession(sessions, sessionId);
        if (session.state === 'ended') return { end: session.promptEnd(id) };
        // Of one that was taken nothing is looked at again: what it came with may be gone, or shared no more.
        const carries = prompt.some(({ type }) => type === 'resource_link');
        const earlier = carries ? await session.earlierPrompt(id) : undefined;
        if (earlier) return earlier;
        await sendAttachments(sessions, session.id, prompt);
        await linkFiles(sessions, session, prompt);
        return { end: session.prompt(id, prompt, client.origin) };
      });
      const end = await taken.end;
      if (!end) throw sessionOver();
      if (end.outcome === 'failed' || end.outcome === 'interrupted') {
        throw new OffdeskError(
          'agent_failed',
          end.message ?? 'The turn did not end.',
          'Send the prompt again.',
        );
      }
      return { stopReason: end.outcome === 'done' ? end.stopReason : 'cancelled' };
    },
    'session/set_mode': async ({ params }) => {
      const { sessionId, modeId, _meta } = parsed(modeParams, params);
      const session = await controlledSession(ports, sessionId);
      const { change, confirmed } = _meta?.offdesk ?? {};
      await session.setMode(modeId, client.origin, change, confirmed);
      return {};
    },
    'session/set_config_option': async ({ params }) => {
      const { sessionId, configId, value, _meta } = parsed(configParams, params);
      const session = await controlledSession(ports, sessionId);
      const { change, confirmed } = _meta?.offdesk ?? {};
      return {
        configOptions: await session.setConfigOption(configId, value, client.origin, change, confirmed),
      };
    },
    [p.methods.sessionName]: async ({ params }) => {
      const { sessionId, name, change } = parsed(p.sessionNameParams, params);
      await (await controlledSession(ports, sessionId)).rename(name, client.origin, change);
      return {};
    },
    [p.methods.answer]: async ({ params }) => {
      const { sessionId, question, id, answer } = parsed(p.answerParams, params);
      requireScope(client, 'answer');
      const session = await openSession(sessions, sessionId);
      return session.answer(question, id, answer, client.origin);
    },
    [p.methods.files]: async ({ params, signal }) => {
      const wish = parsed(p.filesParams, params);
      const session = await controlledSession(ports, wish.sessionId);
      return { files: await sessions.files(session, client, wish, signal) };
    },
  };
}
