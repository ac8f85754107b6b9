/** Paired devices: who is here, what each may do, and out with it. */
import { useState } from 'preact/hooks';
import type { HostStatus } from '../../protocol/host-status.ts';
import { Icon } from '../views/icon.tsx';
import { when } from '../views/words.ts';
import type { DeviceChange } from './desk-host.ts';
import { deskWords } from './desk-words.ts';
import { ScopeSelect } from './scope-select.tsx';

export type Device = HostStatus['devices'][number];

export interface DeviceListProps {
  devices: Device[];
  onChange(id: string, change: DeviceChange): void;
}

export function DeviceList({ devices, onChange }: DeviceListProps) {
  return (
    <section aria-label={deskWords().devicesTitle}>
      <h2 class="sec">{deskWords().devicesTitle}</h2>
      {devices.length === 0 ? (
        <p class="note">{deskWords().noDevices}</p>
      ) : (
        <ul class="devices">
          {devices.map((device) => (
            <DeviceRow key={device.id} device={device} onChange={(change) => onChange(device.id, change)} />
          ))}
        </ul>
      )}
    </section>
  );
}

function DeviceRow({ device, onChange }: { device: Device; onChange: (change: DeviceChange) => void }) {
  const [asking, setAsking] = useState(false);
  return (
    <li class="device">
      <div class="head">
        <Icon name="deviceMobile" />
        <span class="what">{device.name}</span>
        <span class={device.online ? 'state ok' : 'state'}>
          {device.online ? deskWords().hereNow : deskWords().lastSeen(when(device.lastSeen))}
        </span>
      </div>
      {asking ? (
        <div class="confirm">
          <p class="said">{deskWords().revokeAsk(device.name)}</p>
          <div class="row">
            <button type="button" class="b small bad" onClick={() => onChange({ revoke: true })}>
              {deskWords().revoke}
            </button>
            <button
              type="button"
              class="b small"
              ref={(button) => button?.focus()}
              onClick={() => setAsking(false)}
            >
              {deskWords().keep}
            </button>
          </div>
        </div>
      ) : (
        <div class="row">
          <ScopeSelect
            value={device.scope}
            label={deskWords().scope(device.name)}
            onChange={(scope) => onChange({ scope })}
          />
          <button type="button" class="b small" onClick={() => setAsking(true)}>
            {deskWords().revoke}
          </button>
        </div>
      )}
    </li>
  );
}
