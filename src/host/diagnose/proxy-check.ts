/** Proxies: what is set, and whether Offdesk's own connections go by it. */
import type { Check, DiagnosePorts, Finding } from './check.ts';
import { plainAddress } from './without-secrets.ts';

const variables = /^(https?|all|no)_proxy$/i;

export function proxyCheck({ t, env, proxies, proxiesUsed, settings, status }: DiagnosePorts): Check {
  return {
    title: t('Proxy'),
    run() {
      const ofEnvironment = Object.entries(env).filter(([name, value]) => variables.test(name) && value);
      const all = [...ofEnvironment, ...proxies].filter(([, value]) => value);
      if (all.length === 0) return Promise.resolve([{ verdict: 'ok', message: t('No proxy is set.') }]);
      const set = all.map(([name, value]): Finding => {
        return { verdict: 'ok', message: `${name} = ${plainValue(value ?? '')}` };
      });
      const remote = (status?.reach?.kind ?? settings.reach) === 'relay';
      if (!remote || proxiesUsed || all.every(([name]) => /^no_proxy$/i.test(name)))
        return Promise.resolve(set);
      const unused: Finding = {
        verdict: 'warning',
        message: t('Offdesk connects to your relay without a proxy here.'),
        next: t('If only the proxy leads out, run it in VS Code, or let the relay be reached without one.'),
      };
      return Promise.resolve([...set, unused]);
    },
  };
}

/** A proxy may be written without a scheme, with a name and password all the same. */
function plainValue(value: string): string {
  return value
    .split(',')
    .map((one) => (one.includes('://') ? plainAddress(one) : one.slice(one.lastIndexOf('@') + 1)))
    .join(',');
}
