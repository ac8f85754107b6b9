/** Remote control itself: on or off, and what it says is wrong. */
import type { Translate } from '../../base/translate.ts';
import type { HostStatus } from '../../protocol/host-status.ts';
import type { Check, DiagnosePorts, Finding } from './check.ts';

export function remoteControlCheck({ t, status, forbidden }: DiagnosePorts): Check {
  return {
    title: t('Remote control'),
    run() {
      if (forbidden) return Promise.resolve([{ verdict: 'problem', message: forbidden }]);
      return Promise.resolve([state(status, t), ...(status ? troubles(status) : [])]);
    },
  };
}

function state(status: HostStatus | undefined, t: Translate): Finding {
  switch (status?.state ?? 'off') {
    case 'off':
      return { verdict: 'ok', message: t('It is off.') };
    case 'starting':
      return { verdict: 'ok', message: t('It is starting.') };
    case 'on': {
      const here = status!.devices.filter(({ online }) => online).length;
      return {
        verdict: 'ok',
        message: t('It is on. Devices here: {0} of {1}.', here, status!.devices.length),
      };
    }
    case 'reconnecting':
      return { verdict: 'warning', message: t('It is connecting to the relay again.') };
    case 'error':
      return { verdict: 'problem', message: t('It ended with an error.') };
  }
}

/** What the desk shows, too. */
function troubles({ error, notices }: HostStatus): Finding[] {
  const wrong: Finding[] = error ? [{ verdict: 'problem', message: error.message, next: error.next }] : [];
  const told = notices
    .filter(({ severity }) => severity !== 'info')
    .map(({ severity, message }): Finding => {
      return { verdict: severity === 'error' ? 'problem' : 'warning', message };
    });
  return [...wrong, ...told];
}
