/** What status item and tooltip say about a host's status, in words. */
import { errorFrom } from '../base/error.ts';
import type { HostStatus } from '../protocol/host-status.ts';
import type { SessionState } from '../protocol/methods.ts';
import type { Translate } from '../base/translate.ts';

/** A tooltip is no list. */
const mostSessions = 8;

export interface StatusText {
  /** With codicons as `$(name)`. */
  text: string;
  /** For assistive tools: one sentence without icons. */
  label: string;
  /** Plain lines; names in it come from outside and must be escaped where Markdown is shown. */
  tooltip: string[];
  tone: 'plain' | 'waiting' | 'error';
}

/** How many things wait for the user: pairing requests and questions of the agent. */
export function waitingCount(status: HostStatus | undefined): number {
  return status ? status.pairings.length + (status.questions?.length ?? 0) : 0;
}

export function onlineDevices(status: HostStatus): number {
  return status.devices.filter((device) => device.online).length;
}

export function statusText(status: HostStatus | undefined, t: Translate): StatusText {
  const state = status?.state ?? 'off';
  const waiting = waitingCount(status);
  const said = runsElsewhere(status) ? elsewhere(t) : headline(state, status ? onlineDevices(status) : 0, t);
  const tooltip = [said.label, ...(status ? details(status, t) : [t('Nothing listens. Click to start.')])];
  const tone = toneOf(status);
  if (waiting === 0) return { ...said, tooltip, tone };
  const line = waiting === 1 ? t('1 thing waits for you.') : t('{0} things wait for you.', waiting);
  tooltip.splice(1, 0, line);
  return { ...said, label: `${said.label} ${line}`, tooltip, tone };
}

function toneOf(status: HostStatus | undefined): StatusText['tone'] {
  if (!status || status.state === 'off' || runsElsewhere(status)) return 'plain';
  if (status.state === 'error') return 'error';
  // A problem while on, such as an agent that is missing, can wait, but not unseen.
  return waitingCount(status) > 0 || status.error ? 'waiting' : 'plain';
}

/** Another window or program of this computer runs remote control: no fault, and nothing to do here. */
export function runsElsewhere(status: HostStatus | undefined): boolean {
  return status?.state === 'error' && status.error?.code === 'host_locked';
}

function elsewhere(t: Translate): Pick<StatusText, 'text' | 'label'> {
  return {
    text: `$(device-mobile) ${t('Remote: elsewhere')}`,
    label: t('Remote control runs in another window or program of this computer.'),
  };
}

function headline(
  state: HostStatus['state'],
  devices: number,
  t: Translate,
): Pick<StatusText, 'text' | 'label'> {
  switch (state) {
    case 'off':
      return { text: `$(device-mobile) ${t('Remote: off')}`, label: t('Remote control is off.') };
    case 'starting':
      return { text: `$(sync~spin) ${t('Remote: starting')}`, label: t('Remote control is starting.') };
    case 'on':
      if (devices === 0)
        return {
          text: `$(device-mobile) ${t('Remote: on')}`,
          label: t('Remote control is on, no device is connected.'),
        };
      if (devices === 1)
        return {
          text: `$(device-mobile) ${t('Remote: on, 1 device')}`,
          label: t('Remote control is on, 1 device is connected.'),
        };
      return {
        text: `$(device-mobile) ${t('Remote: on, {0} devices', devices)}`,
        label: t('Remote control is on, {0} devices are connected.', devices),
      };
    case 'reconnecting':
      return {
        text: `$(sync~spin) ${t('Remote: reconnecting')}`,
        label: t('Remote control lost its relay and is reconnecting.'),
      };
    case 'error':
      return { text: `$(error) ${t('Remote: error')}`, label: t('Remote control has a problem.') };
  }
}

function details(status: HostStatus, t: Translate): string[] {
  const lines: string[] = [];
  if (status.error) lines.push(errorFrom(status.error).sentence);
  if (status.state === 'off') return [...lines, t('Nothing listens. Click to start.')];
  lines.push(...agentLines(status, t));
  if (status.reach) lines.push(status.reach.sentence);
  else if (status.state === 'on') lines.push(t('No way for a phone is chosen yet.'));
  const online = status.devices.filter((device) => device.online).map((device) => device.name);
  if (online.length > 0) lines.push(t('Connected: {0}', online.join(', ')));
  return lines;
}

/** One agent, or each session with its own. */
function agentLines({ agent, sessions = [] }: HostStatus, t: Translate): string[] {
  if (sessions.length > 1) {
    const shown = sessions.slice(0, mostSessions);
    const more = sessions.length - shown.length;
    return [
      ...shown.map(({ title, agent: name, state }) =>
        t('Session: {0} ({1}, {2})', title, name, stateWords(state, t)),
      ),
      ...(more > 0 ? [t('And {0} more sessions', more)] : []),
    ];
  }
  if (!agent) return [];
  const state = agentWords(agent.state, t);
  return [
    agent.demo ? t('Agent: {0} (demo), {1}', agent.name, state) : t('Agent: {0}, {1}', agent.name, state),
  ];
}

function stateWords(state: SessionState, t: Translate): string {
  switch (state) {
    case 'starting':
      return t('starting');
    case 'idle':
      return t('idle');
    case 'working':
      return t('working');
    case 'waiting':
      return t('waiting for you');
    case 'ended':
      return t('ended');
  }
}

function agentWords(state: NonNullable<HostStatus['agent']>['state'], t: Translate): string {
  switch (state) {
    case 'none':
      return t('not started');
    case 'starting':
      return t('starting');
    case 'ready':
      return t('ready');
    case 'exited':
      return t('has ended');
  }
}
