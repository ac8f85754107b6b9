/** The phone's pages that show one thing each: welcome, install, pairing and how it ends, removed. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { ErrorShape } from '../../base/error.ts';
import type { Scope } from '../../protocol/methods.ts';
import { isInAppBrowser } from '../connection/browser-facts.ts';
import { strings, type PairingFailure } from '../strings.ts';
import { ErrorNote } from '../views/error-note.tsx';
import { Icon, type IconName } from '../views/icon.tsx';
import { spacedDigits } from '../views/words.ts';
import { PasteLink } from './paste-link.tsx';
import { canScan, Scanner } from './scanner.tsx';

function OneThing({
  icon,
  title,
  children,
}: {
  icon?: IconName;
  title: string;
  children?: ComponentChildren;
}) {
  return (
    <main class="center">
      {icon && <Icon name={icon} spin={icon === 'loading'} />}
      <h1>{title}</h1>
      {children}
    </main>
  );
}

/** The page is plain HTTP: said once, plainly, wherever a pairing begins. */
function Unprotected() {
  return <p class="note warn">{strings.phone.notKept}</p>;
}

export interface WelcomeProps {
  error: ErrorShape | null;
  stranger: boolean;
  lasting: boolean;
  onLink(link: string): void;
  /** To the computers that are paired; absent where there is none. */
  onBack?: (() => void) | undefined;
}

export function Welcome({ error, stranger, lasting, onLink, onBack }: WelcomeProps) {
  const [way, setWay] = useState<'none' | 'paste' | 'scan'>('none');
  return (
    <OneThing icon="deviceMobile" title={strings.phone.welcome}>
      {isInAppBrowser(navigator.userAgent) && <p class="note warn">{strings.phone.inApp}</p>}
      {error && <ErrorNote error={error} />}
      <p class="note">{stranger ? strings.phone.stranger : strings.phone.welcomeNext}</p>
      {!lasting && <Unprotected />}
      {way === 'scan' && <Scanner onLink={onLink} onStop={() => setWay('none')} />}
      {way === 'paste' ? (
        <PasteLink onLink={onLink} onCancel={() => setWay('none')} />
      ) : (
        <div class="stack">
          {canScan() && way === 'none' && (
            <button type="button" class="b p" onClick={() => setWay('scan')}>
              {strings.phone.scan}
            </button>
          )}
          <button type="button" class={canScan() ? 'b' : 'b p'} onClick={() => setWay('paste')}>
            {strings.phone.pasteLink}
          </button>
          {onBack && (
            <button type="button" class="b quiet" onClick={onBack}>
              {strings.back}
            </button>
          )}
        </div>
      )}
    </OneThing>
  );
}

export function Install({ onSkip }: { onSkip: () => void }) {
  return (
    <OneThing icon="deviceMobile" title={strings.phone.installTitle}>
      <p class="note">{strings.phone.install}</p>
      <p>
        <b>{strings.phone.installShare}</b>
      </p>
      <button type="button" class="b" onClick={onSkip}>
        {strings.phone.installSkip}
      </button>
    </OneThing>
  );
}

export function Reaching({ onCancel }: { onCancel: () => void }) {
  return (
    <OneThing icon="loading" title={strings.phone.pairingConnecting}>
      <p class="note" role="status">
        {strings.phone.pairingConnectingNext}
      </p>
      <button type="button" class="b" onClick={onCancel}>
        {strings.phone.cancel}
      </button>
    </OneThing>
  );
}

const abilities = {
  control: 'scopeControl',
  answer: 'scopeAnswer',
  view: 'scopeView',
} as const satisfies Record<Scope, string>;

export interface DigitsProps {
  digits: string;
  scope: Scope;
  lasting: boolean;
  onCancel(): void;
}

export function Digits({ digits, scope, lasting, onCancel }: DigitsProps) {
  return (
    <OneThing title={strings.phone.pairingTitle}>
      <p class="note">{strings.phone.pairingNext}</p>
      <p class="digits" role="status">
        {spacedDigits(digits)}
      </p>
      <p class="fine">
        {strings.phone.willBeAble}
        <b>{strings.phone[abilities[scope]]}</b>
        {strings.phone.willBeAbleEnd}
      </p>
      {!lasting && <Unprotected />}
      <button type="button" class="b" onClick={onCancel}>
        {strings.phone.cancel}
      </button>
    </OneThing>
  );
}

export interface PairingFailedProps {
  error: ErrorShape;
  onAgain(): void;
  onLink(link: string): void;
}

/** Codes after which the same link may still work. */
const retry = new Set(['relay_unreachable', 'host_offline', 'relay_limit', 'closed', 'heartbeat_missed']);

export function PairingFailed({ error, onAgain, onLink }: PairingFailedProps) {
  const [pasting, setPasting] = useState(false);
  const known = strings.pairingFailed[error.code as PairingFailure] as
    (typeof strings.pairingFailed)[PairingFailure] | undefined;
  const { title, text, next } = known ?? {
    title: strings.phone.failed,
    text: strings.fromHost(error.message),
    next: strings.fromHost(error.next),
  };
  return (
    <OneThing icon="warning" title={title}>
      <div role="alert" data-code={error.code}>
        <p class="note">{text}</p>
        {next && <p>{next}</p>}
      </div>
      {pasting ? (
        <PasteLink onLink={onLink} onCancel={() => setPasting(false)} />
      ) : (
        <div class="stack">
          {retry.has(error.code) && (
            <button type="button" class="b p" onClick={onAgain}>
              {strings.phone.tryAgain}
            </button>
          )}
          <button type="button" class="b" onClick={() => setPasting(true)}>
            {strings.phone.pasteLink}
          </button>
        </div>
      )}
    </OneThing>
  );
}

/** While keys and copies are being wiped: there is nothing to choose until the last of them is gone. */
export function BeingWiped() {
  return <OneThing icon="shield" title={strings.phone.revokedTitle} />;
}

export function Revoked({ hostName, onPair }: { hostName: string; onPair: () => void }) {
  return (
    <OneThing icon="shield" title={strings.phone.revokedTitle}>
      <div role="alert" data-code="device_revoked">
        <p class="note">{strings.phone.revoked(hostName)}</p>
        <p>{strings.phone.revokedNext}</p>
      </div>
      <button type="button" class="b p" onClick={onPair}>
        {strings.phone.pairAgain}
      </button>
    </OneThing>
  );
}
