/** What an agent itself lists of its sessions, all pages of it, within a bound of pages and of time. */
import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import { OffdeskError } from '../base/error.ts';
import { plainLine } from '../base/plain-text.ts';
import { limits } from '../protocol/limits.ts';
import type { OwnSessions } from '../session/agent-port.ts';
import type { Session } from '../session/session.ts';

/**
 * All that the agent tells of, within bounds, the one used last first; undefined where it does not list any. Starts the
 * agent; rejects with `agent_timeout` where it does not answer then.
 */
export async function ownSessions(
  session: Session,
  clock: Clock,
): Promise<OwnSessions['sessions'] | undefined> {
  await session.startAgent();
  let over = false;
  const pages = allPages(session, () => over);
  const late = (seconds: number) => silence(session.agentName, seconds);
  return await inTime(pages, limits.agentSessionsMs, clock, late, () => (over = true));
}

/** `over`: nobody waits for it any more. */
async function allPages(session: Session, over: () => boolean): Promise<OwnSessions['sessions'] | undefined> {
  const all: OwnSessions['sessions'] = [];
  let before: string | undefined;
  let left: number = limits.agentSessionPages;
  do {
    const page = await session.agentSessions(before);
    if (!page) return undefined;
    all.push(...page.sessions);
    before = page.next ?? undefined;
    left--;
  } while (before !== undefined && all.length < limits.agentSessions && left > 0 && !over());
  const shown = new Map(all.slice(0, limits.agentSessions).map((one) => [one.id, one]));
  return [...shown.values()]
    .map((one) => ({ ...one, title: plainLine(one.title, limits.titleChars) }))
    .sort((a, b) => (b.updatedAt ?? 0) - (a.updatedAt ?? 0));
}

/**
 * A copy of one of them, as it is now, by the agent's own id. Starts the agent; rejects with `agent_failed` where it
 * makes none, and with `agent_timeout` where it does not answer.
 */
export async function forkOf(session: Session, id: string, clock: Clock): Promise<string> {
  const fork = await inTime(session.forkAgentSession(id), limits.agentStartMs, clock, (seconds) => {
    return new OffdeskError(
      'agent_timeout',
      `${session.agentName} did not copy the session within ${seconds} seconds.`,
      'Try again later, or start remote control again.',
    );
  });
  if (fork !== undefined) return fork;
  throw new OffdeskError(
    'agent_failed',
    `${session.agentName} makes no copies of its sessions.`,
    'Wait until it is closed there, or continue here anyway.',
  );
}

/** Rejects with `late` of so many seconds where that comes first; `over` hears it beforehand. */
async function inTime<T>(
  work: Promise<T>,
  ms: number,
  clock: Clock,
  late: (seconds: number) => OffdeskError,
  over: () => void = () => {},
): Promise<T> {
  let timer: Disposable | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = clock.after(ms, () => {
      over();
      reject(late(ms / 1000));
    });
  });
  work.catch(() => {});
  try {
    return await Promise.race([work, timeout]);
  } finally {
    timer?.dispose();
  }
}

function silence(agent: string, seconds: number): OffdeskError {
  return new OffdeskError(
    'agent_timeout',
    `${agent} did not list its sessions within ${seconds} seconds.`,
    'Try again later, or start remote control again.',
  );
}
