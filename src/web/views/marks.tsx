/** The two marks that are always visible, each with its words: am I connected, and does it wait for me. */
import type { SessionState } from '../../protocol/methods.ts';
import { strings } from '../strings.ts';
import { Icon, type IconName } from './icon.tsx';
import { when } from './words.ts';

/** The way to the computer, as the reader needs to know it. `since`: ms since the Unix epoch; see Way for `last`. */
export type Connection =
  | { kind: 'connecting' }
  | { kind: 'reading' }
  | { kind: 'connected' }
  | { kind: 'reconnecting'; since: number; last?: boolean }
  | { kind: 'away'; since: number; last?: boolean }
  | { kind: 'revoked' }
  | { kind: 'update' };

export function connectionWords(connection: Connection): string {
  const words = strings.connection;
  switch (connection.kind) {
    case 'connecting':
      return words.connecting;
    case 'reading':
      return words.reading;
    case 'connected':
      return words.connected;
    case 'reconnecting':
      return (connection.last ? words.reconnectingLast : words.reconnecting)(when(connection.since));
    case 'away':
      return (connection.last ? words.awayLast : words.away)(when(connection.since));
    case 'revoked':
      return words.revoked;
    case 'update':
      return words.update;
  }
}

/** A round mark: filled when connected, hollow while it comes back, crossed when the computer is away. */
export function ConnectionMark({ kind }: { kind: Connection['kind'] | 'off' | 'error' }) {
  return <span class={`dot ${kind}`} aria-hidden="true" />;
}

const icons: Record<SessionState, IconName | undefined> = {
  starting: 'loading',
  idle: undefined,
  working: 'loading',
  waiting: 'warning',
  ended: undefined,
};

/** A tag, so that it can't be taken for the connection's mark. */
export function Activity({ state }: { state: SessionState }) {
  const icon = icons[state];
  return (
    <span class={`activity ${state}`}>
      {icon && <Icon name={icon} spin={icon === 'loading'} />}
      {strings.activity[state]}
    </span>
  );
}

export function DemoBadge() {
  return (
    <span class="tag demo" title={strings.demoTitle}>
      {strings.demo}
    </span>
  );
}
