/** Messages that were written in a session which is over, and what the computer wants everyone to see. */
import { useState } from 'preact/hooks';
import type { HostClient, Stranded } from '../client/host-client.ts';
import { wordsOfBlocks } from '../../transcript/queue-edit.ts';
import type { SessionClient } from '../client/session-client.ts';
import { strings } from '../strings.ts';
import { ErrorNote } from './error-note.tsx';
import { Icon } from './icon.tsx';

export interface StrandedViewProps {
  host: HostClient;
  /** The session on screen. Undefined where there is none to send to. */
  here: SessionClient | undefined;
  mayPrompt: boolean;
}

export function StrandedView({ host, here, mayPrompt }: StrandedViewProps) {
  const [failed, setFailed] = useState<SessionClient | null>(null);
  const sendHere = (stranded: Stranded, to: SessionClient) => {
    setFailed(null);
    host.sendHere(stranded, to).catch(() => setFailed(stranded.session));
  };
  return (
    <>
      {host.stranded.value
        .filter(({ session }) => session !== here)
        .map((stranded) => (
          <div key={stranded.session.id} class="notice warning stranded">
            <Icon name="warning" />
            <div class="col">
              <p>{wordsOf(stranded)}</p>
              {stranded.entries.map((entry) => (
                <p key={entry.id} class="said">
                  {wordsOfBlocks(entry.prompt)}
                </p>
              ))}
              {failed === stranded.session && (
                <p class="note warn" role="alert">
                  {strings.lateFailed.message}
                </p>
              )}
              <div class="row">
                {here && mayPrompt && (
                  <button type="button" class="b small" onClick={() => sendHere(stranded, here)}>
                    {strings.stranded.here}
                  </button>
                )}
                <button
                  type="button"
                  class="b small"
                  onClick={() => stranded.entries.forEach(({ id }) => stranded.session.outbox.remove(id))}
                >
                  {strings.discard}
                </button>
              </div>
            </div>
          </div>
        ))}
    </>
  );
}

function wordsOf({ title, entries }: Stranded): string {
  const session = title === undefined ? strings.stranded.session : `“${title}”`;
  return entries.length === 1
    ? strings.stranded.one(session)
    : strings.stranded.some(entries.length, session);
}

/** Such as a full disk. Where the desk shows the same as a notice, once is enough. */
export function Warnings({ host }: { host: HostClient }) {
  const notices = host.status.value?.notices.map(({ message }) => message) ?? [];
  const warnings = host.state.value?.warnings.filter((warning) => !notices.includes(warning)) ?? [];
  return (
    <>
      {warnings.map((warning) => (
        <div key={warning} class="strip-note">
          <ErrorNote passing error={{ code: 'warning', message: warning, next: '' }} />
        </div>
      ))}
    </>
  );
}
