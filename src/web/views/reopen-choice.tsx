/** A session that is over and that another program has open by now: what is to become of it, where Reopen was asked for. */
import type { HostClient } from '../client/host-client.ts';
import { actsOf } from '../client/session-acts.ts';
import { late } from './late.tsx';

const LiveChoice = late(async () => (await import('./live-choice.tsx')).LiveChoice);

export interface ReopenChoiceProps {
  host: HostClient;
  id: string;
  /** With the session in which it goes on, if any. */
  onOpened(session: string | undefined): void;
}

/** Nothing unless it is asked for this one. */
export function ReopenChoice({ host, id, onOpened }: ReopenChoiceProps) {
  const acts = actsOf(host);
  const { live } = acts;
  const asked = live.asked.value;
  if (asked?.id !== id) return null;
  return (
    <LiveChoice
      live={live}
      asked={asked}
      // Whether its agent makes copies is known once it runs: one that does not says so.
      forks
      disabled={acts.busy.value.has(id) || host.phase.value.kind !== 'ready'}
      onGo={(choice) => void acts.reopen(id, choice).then(onOpened)}
      onWait={() => void live.wait().then(onOpened)}
    />
  );
}
