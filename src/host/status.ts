/** The host's state as the desk sees it, put together from its parts. */
import { encodeInvite, encodeSessionLink } from '../channel/invite.ts';
import type { ErrorShape } from '../base/error.ts';
import type { HostStatus } from '../protocol/host-status.ts';
import type { RowWorktree } from '../protocol/new-session.ts';
import { BUILD } from '../protocol/version.ts';
import { qrModules } from '../remote/qr.ts';
import { reachOptions, type ReachFacts } from '../remote/reach.ts';
import type { Session } from '../session/session.ts';
import type { Line } from './line.ts';
import type { Machine } from './machine.ts';

export interface StatusParts {
  hostName: string;
  phase: 'off' | 'starting' | 'on' | 'error';
  error: ErrorShape | undefined;
  machine: Machine | undefined;
  facts: ReachFacts | undefined;
  /** The line is up, but nobody chose it yet. */
  chosen: boolean;
  line: Line | undefined;
  /** Those that are open. */
  sessions: readonly Session[];
  worktreeOf(id: string): RowWorktree | undefined;
  shown: HostStatus['shown'];
  notices: HostStatus['notices'];
}

export function statusOf(parts: StatusParts): HostStatus {
  const { line, machine, sessions, facts } = parts;
  const [session] = sessions;
  const reach = line && machine && parts.chosen ? reachOf(line, machine, session) : null;
  return {
    ...stateOf(parts),
    hostName: parts.hostName,
    build: BUILD,
    agent: session ? { name: session.agentName, demo: session.demo, state: session.agentState.state } : null,
    session: session ? { id: session.id, title: session.title, cwd: session.cwd } : null,
    sessions: sessions.map(({ id, title, agentName, state }) => {
      const worktree = parts.worktreeOf(id);
      return { id, title, agent: agentName, state, ...(worktree && { worktree }) };
    }),
    ...(parts.shown && { shown: parts.shown }),
    reach,
    tunnel: line?.tunnel && parts.chosen ? line.tunnel.status : null,
    reachOptions: facts ? reachOptions(facts) : [],
    invite: line && machine && reach ? inviteOf(line, machine) : null,
    pairings: line?.desk.requests.map((request) => ({ ...request })) ?? [],
    questions: sessions.flatMap(({ openQuestionList }) => openQuestionList),
    devices:
      machine?.devices.all.map(({ id, name, scope, lastSeen, pairedAt }) => ({
        id,
        name,
        scope,
        lastSeen,
        pairedAt,
        online: line?.gate.isOnline(id) ?? false,
      })) ?? [],
    notices: parts.notices,
  };
}

function stateOf({ phase, error, line, sessions }: StatusParts): Pick<HostStatus, 'state' | 'error'> {
  const [session] = sessions;
  if (phase !== 'on' || !line) return { state: phase, error: error ?? null };
  const agentError = session?.agentState.error?.toShape();
  const link = line.link.state;
  switch (link.state) {
    case 'live':
      return { state: 'on', error: error ?? agentError ?? null };
    case 'connecting':
      return {
        state: line.wasLive || line.trouble ? 'reconnecting' : 'starting',
        error: line.trouble ?? error ?? agentError ?? null,
      };
    case 'waiting':
      return { state: 'reconnecting', error: link.error };
    case 'stopped':
      return { state: 'error', error: link.error };
  }
}

function reachOf(line: Line, machine: Machine, session: Session | undefined): HostStatus['reach'] {
  const { hostId } = machine.identity;
  // One that leads only here until the tunnel runs would be copied in vain.
  const lost = line.tunnel !== undefined && line.tunnel.address === undefined;
  const sessionUrl =
    session && !lost ? encodeSessionLink(line.info.url, { hostId, sessionId: session.id }) : null;
  return { ...line.info, sessionUrl };
}

function inviteOf(line: Line, machine: Machine): HostStatus['invite'] {
  const open = line.desk.invite;
  // An expired one stays, so that the desk can say so.
  const invite = open ?? line.desk.expired;
  // Until the relay has heard of it, a device that uses it would be turned away.
  if (!invite || line.link.state.state !== 'live') return null;
  const { hostId, noisePublic } = machine.identity;
  const { url: page, phoneCanOpen } = line.info;
  // Nobody could come by it.
  if (line.tunnel && !phoneCanOpen) return null;
  const url = encodeInvite(page, { hostId, hostKey: noisePublic, secret: invite.secret, relay: page });
  return { url, expiresAt: invite.expiresAt, qr: open && phoneCanOpen ? (qrModules(url) ?? null) : null };
}
