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
  return {
    'session/prompt': async ({ params }) => {
      const { sessionId, prompt, _meta } = parsed(promptParams, params);
      requireScope(client, 'control');
      const session = await findSession(sessions, sessionId);
      const id = _meta?.offdesk?.id ?? crypto.randomUUID();
      const over = session.state === 'ended';
      if (!over) {
        await sendAttachments(sessions, session.id, prompt);
        await linkFiles(sessions, session, prompt);
      }
      const end = over ? await session.promptEnd(id) : await session.prompt(id, prompt, client.origin);
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
