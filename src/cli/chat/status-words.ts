/** The lowest line: the agent and what it does, its mode, and who is connected. */
import { plainLine } from '../../base/plain-text.ts';
import { controlsOf, summaryOf } from '../../transcript/controls.ts';
import type { Conversation } from './conversation.ts';

export function statusWords({ transcript, status, here }: Conversation): string {
  const online = status?.devices.filter((device) => device.online).length ?? 0;
  const { modes, configOptions, turn, questions, agent: running } = transcript;
  const agent = status?.agent;
  const activity = questions.length > 0 ? 'waits for you' : turn ? 'works, Esc stops' : 'idle';
  const set = summaryOf(controlsOf(modes, configOptions, 'Mode'), configOptions);
  const state = running.state === 'exited' ? 'has ended, the next message starts it' : activity;
  return [
    agent ? `${plainLine(agent.name)}${agent.demo ? ' (demo)' : ''}` : 'Offdesk',
    here ? state : 'starting',
    set.length > 0 ? plainLine(set.join(', ')) : '',
    `remote control ${status?.state ?? 'starting'}, ${online} ${online === 1 ? 'device' : 'devices'} here`,
    '? keys',
  ]
    .filter(Boolean)
    .join(' · ');
}
