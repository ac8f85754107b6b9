/** One session in a list: its name, what it waits for, where it works and with whom, since when; and what more there is. */
import { useId, useRef } from 'preact/hooks';
import { visible } from '../../base/unseen.ts';
import type { HostClient } from '../client/host-client.ts';
import { strings } from '../strings.ts';
import { IconButton } from './icon-button.tsx';
import { Icon } from './icon.tsx';
import { late } from './late.tsx';
import { Activity, DemoBadge } from './marks.tsx';
import type { SessionFacts } from './session-view.tsx';
import { folderName, when } from './words.ts';

const SessionMore = late(async () => (await import('./session-more.tsx')).SessionMore);

export interface SessionRowProps {
  host: HostClient;
  session: SessionFacts;
  /** What more there is to it is shown. */
  more: boolean;
  onMore(more: boolean): void;
  onOpen(session: string): void;
}

export function SessionRow({ host, session, more, onMore, onOpen }: SessionRowProps) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const { title, cwd, agent, state, asks, mode, folder, worktree, updatedAt } = session;
  const branch = worktree?.branch ?? folder?.branch;
  const asked = state === 'waiting' ? asks : undefined;
  return (
    <div class="session-line">
      <button type="button" class="session-row" onClick={() => onOpen(session.id)}>
        <span class="name">
          <span class="title">{title}</span>
          {agent.demo && <DemoBadge />}
          <span class="where time">{when(updatedAt)}</span>
        </span>
        {/* What is asked says more than that something is. */}
        {asked !== undefined && (
          <span class="asks">
            <Icon name="warning" />
            <span class="words">{visible(asked)}</span>
          </span>
        )}
        <span class="below">
          <span class="where">
            {[worktree?.repository ?? folderName(cwd), agent.name, ...(mode ? [mode] : [])]
              .map(visible)
              .join(' · ')}
          </span>
          {state !== 'idle' && asked === undefined && <Activity state={state} />}
        </span>
        {branch !== undefined && (
          <span class="where branch">
            <Icon name={worktree ? 'worktree' : 'branch'} />
            <span class="hidden">{worktree ? strings.inWorktree : strings.onBranch}</span>
            <span class="words">{visible(branch)}</span>
            {worktree && <span class="tag">{worktree.dirty ? strings.notCommitted : strings.worktree}</span>}
          </span>
        )}
      </button>
      <IconButton
        ref={button}
        icon="more"
        name={strings.sessionMoreOpen(title)}
        aria-expanded={more}
        aria-controls={more ? id : undefined}
        onClick={() => onMore(!more)}
      />
      {more && (
        <SessionMore
          id={id}
          host={host}
          session={session}
          onOpen={onOpen}
          onClose={() => {
            onMore(false);
            button.current?.focus();
          }}
        />
      )}
    </div>
  );
}
