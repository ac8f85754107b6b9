/** A device wants in: its name and digits, what it may do, Allow or Deny; Deny is where the focus is. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { HostStatus } from '../../protocol/host-status.ts';
import type { Scope } from '../../protocol/methods.ts';
import { spacedDigits } from '../views/words.ts';
import { deskWords } from './desk-words.ts';
import { ScopeSelect } from './scope-select.tsx';

export interface PairingCardProps {
  pairing: HostStatus['pairings'][number];
  onDecide(allow: boolean, scope: Scope): void;
}

export function PairingCard({ pairing, onDecide }: PairingCardProps) {
  const [scope, setScope] = useState(pairing.scope);
  const deny = useRef<HTMLButtonElement>(null);
  useEffect(() => deny.current?.focus(), [pairing.id]);
  const title = deskWords().pairing(pairing.device);
  return (
    <section class="ask" role="alertdialog" aria-label={title} aria-describedby={`digits-${pairing.id}`}>
      <h2 class="t">{title}</h2>
      <div class="digits" id={`digits-${pairing.id}`}>
        {spacedDigits(pairing.code)}
      </div>
      <p class="said">{deskWords().pairingCheck}</p>
      {!pairing.protectedPage && <p class="note warn">{deskWords().pairingUnprotected}</p>}
      <label class="inline">
        <span>{deskWords().pairingMay}</span>
        <ScopeSelect value={scope} label={deskWords().scope(pairing.device)} onChange={setScope} />
      </label>
      <div class="row">
        <button type="button" class="b" onClick={() => onDecide(true, scope)}>
          {deskWords().allow}
        </button>
        <button type="button" class="b" ref={deny} onClick={() => onDecide(false, scope)}>
          {deskWords().deny}
        </button>
      </div>
    </section>
  );
}
