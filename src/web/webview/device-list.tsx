/** Paired devices: who is here, what each may do, and out with it. */
import { useState } from 'preact/hooks';
import type { HostStatus } from '../../protocol/host-status.ts';
import { strings } from '../strings.ts';
import { Icon } from '../views/icon.tsx';
import { when } from '../views/words.ts';
import type { DeviceChange } from './desk-host.ts';
import { ScopeSelect } from './scope-select.tsx';

export type Device = HostStatus['devices'][number];

export interface DeviceListProps {
  devices: Device[];
  onChange(id: string, change: DeviceChange): void;
}

export function DeviceList({ devices, onChange }: DeviceListProps) {
  return (
    <section aria-label={strings.host.devicesTitle}>
      <h2 class="sec">{strings.host.devicesTitle}</h2>
      {devices.length === 0 ? (
        <p class="note">{strings.host.noDevices}</p>
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
          {device.online ? strings.host.hereNow : strings.host.lastSeen(when(device.lastSeen))}
        </span>
      </div>
      {asking ? (
        <div class="confirm">
          <p class="said">{strings.host.revokeAsk(device.name)}</p>
          <div class="row">
            <button type="button" class="b small bad" onClick={() => onChange({ revoke: true })}>
              {strings.host.revoke}
            </button>
            <button
              type="button"
              class="b small"
              ref={(button) => button?.focus()}
              onClick={() => setAsking(false)}
            >
              {strings.host.keep}
            </button>
          </div>
        </div>
      ) : (
        <div class="row">
          <ScopeSelect
            value={device.scope}
            label={strings.host.scope(device.name)}
            onChange={(scope) => onChange({ scope })}
          />
          <button type="button" class="b small" onClick={() => setAsking(true)}>
            {strings.host.revoke}
          </button>
        </div>
      )}
    </li>
  );
}
