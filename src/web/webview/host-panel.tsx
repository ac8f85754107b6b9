/** Remote Control at the desk: off, starting, the choice of a reach, on with QR code and devices, errors. */
import { useState } from 'preact/hooks';
import type { HostStatus } from '../../protocol/host-status.ts';
import { strings } from '../strings.ts';
import { ErrorNote } from '../views/error-note.tsx';
import { IconButton } from '../views/icon-button.tsx';
import { Icon } from '../views/icon.tsx';
import { folderName } from '../views/words.ts';
import type { DeskHost } from './desk-host.ts';
import { deskWords } from './desk-words.ts';
import { DeviceList } from './device-list.tsx';
import { InviteView } from './invite-view.tsx';
import { ReachChooser } from './reach-chooser.tsx';
import { TunnelView } from './tunnel-view.tsx';

export interface HostPanelProps {
  status: HostStatus;
  desk: DeskHost;
}

export function OffView({ desk }: { desk: DeskHost }) {
  return (
    <div class="center">
      <Icon name="deviceMobile" />
      <h1>{deskWords().offTitle}</h1>
      <p class="note">{deskWords().offText}</p>
      <button type="button" class="b p" onClick={() => void desk.start()}>
        {deskWords().start}
      </button>
    </div>
  );
}

export function StartingView() {
  return (
    <div class="center">
      <Icon name="loading" spin />
      <h1>{deskWords().starting}</h1>
      <p class="note">{deskWords().startingNext}</p>
    </div>
  );
}

export interface HostErrorProps extends HostPanelProps {
  /** In place of the status's own. */
  error: HostStatus['error'];
}

/** What stopped it, and the next step as a button. */
export function HostError({ status, error, desk }: HostErrorProps) {
  if (!error) return null;
  if (status.state === 'reconnecting') {
    return (
      <ErrorNote error={error} passing>
        <button type="button" class="text" onClick={() => void desk.act('log')}>
          {deskWords().log}
        </button>
      </ErrorNote>
    );
  }
  return (
    <ErrorNote error={error}>
      {error.code === 'host_locked' && (
        <button type="button" class="b small p" onClick={() => void desk.act('move')}>
          {deskWords().moveHere}
        </button>
      )}
      {error.code === 'agent_login_required' && (
        <button type="button" class="b small p" onClick={() => void desk.act('login')}>
          {deskWords().logIn}
        </button>
      )}
      {status.state === 'error' && error.code !== 'host_locked' && (
        <button type="button" class="b small" onClick={() => void desk.start()}>
          {strings.phone.tryAgain}
        </button>
      )}
      <button type="button" class="b small" onClick={() => void desk.act('log')}>
        {deskWords().log}
      </button>
      <button type="button" class="b small" onClick={() => void desk.act('settings')}>
        {deskWords().settings}
      </button>
    </ErrorNote>
  );
}

export function HostPanel({ status, desk }: HostPanelProps) {
  const [choosing, setChoosing] = useState(false);
  const { reach, session, agent, tunnel } = status;
  const first = reach === null;
  return (
    <div class={first || choosing ? 'panel choosing' : 'panel'}>
      <div class="body">
        {first || choosing ? (
          <ReachChooser
            options={status.reachOptions}
            current={reach?.kind}
            onChoose={async (kind, url) => {
              const done = await desk.reach(kind, url);
              if (done) setChoosing(false);
              return done;
            }}
            onCancel={first ? undefined : () => setChoosing(false)}
          />
        ) : (
          <>
            {(!tunnel || tunnel.state === 'running') && (
              <InviteView status={status} desk={desk} onChangeReach={() => setChoosing(true)} />
            )}
            {tunnel && <TunnelView tunnel={tunnel} desk={desk} onChangeReach={() => setChoosing(true)} />}
          </>
        )}
        {reach && !choosing && (
          <>
            <dl class="kv">
              <dt>{deskWords().reach}</dt>
              <dd>
                {hostOf(reach.url)}
                <span class={reach.protectedPage ? 'in' : 'in warn'}>{strings.fromHost(reach.sentence)}</span>
              </dd>
              {session && (
                <>
                  <dt>{deskWords().session}</dt>
                  <dd>
                    {session.title}
                    {reach.sessionUrl !== null && (
                      <span class="link">
                        <code title={reach.sessionUrl}>{reach.sessionUrl}</code>
                        <IconButton
                          icon="copy"
                          name={deskWords().copySession}
                          onClick={() => void desk.act('copySession')}
                        />
                      </span>
                    )}
                  </dd>
                  <dt>{deskWords().folder}</dt>
                  <dd title={session.cwd}>{folderName(session.cwd)}</dd>
                </>
              )}
              {agent && (
                <>
                  <dt>{deskWords().agent}</dt>
                  <dd>{`${agent.name} · ${deskWords().agentState[agent.state]}`}</dd>
                </>
              )}
            </dl>
            <DeviceList devices={status.devices} onChange={(id, change) => void desk.device(id, change)} />
          </>
        )}
      </div>
      <button type="button" class="b quiet" onClick={() => void desk.stop()}>
        {deskWords().stop}
      </button>
    </div>
  );
}

/** Scheme and host of an address, or the address itself where it is none. */
function hostOf(url: string): string {
  return /^https?:\/\/([^/]+)/.exec(url)?.[1] ?? url;
}
