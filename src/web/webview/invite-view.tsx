/** How to let a phone in: QR code and link while they are valid, or why there is none. */
import type { HostStatus } from '../../protocol/host-status.ts';
import { useNow } from '../views/use-now.ts';
import { countdown } from '../views/words.ts';
import type { DeskHost } from './desk-host.ts';
import { deskWords } from './desk-words.ts';
import { QrCode } from './qr-code.tsx';

export interface InviteViewProps {
  status: HostStatus;
  desk: DeskHost;
  onChangeReach(): void;
}

export function InviteView({ status, desk, onChangeReach }: InviteViewProps) {
  const { invite, reach, devices } = status;
  // Without the way here a new code would lead nowhere.
  const live = status.state === 'on';
  const now = useNow(1_000);
  const valid = invite && invite.expiresAt > now ? invite : null;
  const change = (
    <button type="button" class="b small" onClick={onChangeReach}>
      {deskWords().changeReach}
    </button>
  );
  const copy = (
    <button type="button" class="b small" disabled={!live} onClick={() => void desk.act('copyInvite')}>
      {deskWords().copyLink}
    </button>
  );
  const renew = (
    <button type="button" class="b small" disabled={!live} onClick={() => void desk.invite()}>
      {invite ? deskWords().newCode : deskWords().showCode}
    </button>
  );
  if (reach && !reach.phoneCanOpen) {
    return (
      <div class="invite">
        <div class="col">
          <p>{deskWords().noQr}</p>
          <p class="note">{deskWords().noQrNext}</p>
          <div class="row">
            {change}
            {copy}
          </div>
        </div>
      </div>
    );
  }
  return (
    <div class="invite">
      {valid?.qr && <QrCode size={valid.qr.size} bits={valid.qr.bits} />}
      <div class="col">
        <b>
          {valid ? deskWords().scan : devices.length > 0 ? deskWords().pairAnother : deskWords().pairFirst}
        </b>
        <p class="note">
          {valid
            ? deskWords().valid(countdown(valid.expiresAt - now))
            : !live
              ? deskWords().pairLater
              : invite
                ? deskWords().expired
                : deskWords().pairNext}
          {valid && (
            <>
              <br />
              {deskWords().confirmHere}
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
