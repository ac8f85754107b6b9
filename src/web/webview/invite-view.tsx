/** How to let a phone in: QR code and link while they are valid, or why there is none. */
import type { HostStatus } from '../../protocol/host-status.ts';
import { strings } from '../strings.ts';
import { useNow } from '../views/use-now.ts';
import { countdown } from '../views/words.ts';
import type { DeskHost } from './desk-host.ts';
import { QrCode } from './qr-code.tsx';

export interface InviteViewProps {
  status: HostStatus;
  desk: DeskHost;
  onChangeReach(): void;
}

export function InviteView({ status, desk, onChangeReach }: InviteViewProps) {
  const { invite, reach } = status;
  const now = useNow(1_000);
  const valid = invite && invite.expiresAt > now ? invite : null;
  const change = (
    <button type="button" class="b small" onClick={onChangeReach}>
      {strings.host.changeReach}
    </button>
  );
  const copy = (
    <button type="button" class="b small" onClick={() => void desk.act('copyInvite')}>
      {strings.host.copyLink}
    </button>
  );
  const renew = (
    <button type="button" class="b small" onClick={() => void desk.invite()}>
      {invite ? strings.host.newCode : strings.host.showCode}
    </button>
  );
  if (reach && !reach.phoneCanOpen) {
    return (
      <div class="invite">
        <div class="col">
          <p>{strings.host.noQr}</p>
          <p class="note">{strings.host.noQrNext}</p>
          <div class="row">
            {change}
            {valid ? copy : renew}
          </div>
        </div>
      </div>
    );
  }
  return (
    <div class="invite">
      {valid?.qr && <QrCode size={valid.qr.size} bits={valid.qr.bits} />}
      <div class="col">
        <b>{strings.host.scan}</b>
        <p class="note">
          {valid ? strings.host.valid(countdown(valid.expiresAt - now)) : invite ? strings.host.expired : ''}
          {valid && (
            <>
              <br />
              {strings.host.confirmHere}
            </>
          )}
        </p>
        <div class="row">
          {valid && copy}
          {renew}
          {change}
        </div>
      </div>
    </div>
  );
}
