/** The agent of a session that is over: there is none. */
import { OffdeskError } from '../base/error.ts';
import type { AgentPort } from './agent-port.ts';

const refuse = () => Promise.reject(new OffdeskError('closed', 'This session has ended.', ''));

export const noAgent: AgentPort = {
  start: refuse,
  prompt: refuse,
  cancel: () => {},
  setMode: refuse,
  setConfigOption: refuse,
  stop: () => Promise.resolve(),
};
