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
  let timer: Disposable | undefined;
  let over = false;
  const late = new Promise<never>((_, reject) => {
    timer = clock.after(limits.agentSessionsMs, () => {
      over = true;
      reject(silence(session.agentName));
    });
  });
  const pages = allPages(session, () => over);
  pages.catch(() => {});
  try {
    return await Promise.race([pages, late]);
  } finally {
    timer?.dispose();
  }
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

function silence(agent: string): OffdeskError {
  const seconds = limits.agentSessionsMs / 1000;
  return new OffdeskError(
    'agent_timeout',
    `${agent} did not list its sessions within ${seconds} seconds.`,
    'Try again later, or start remote control again.',
  );
}
