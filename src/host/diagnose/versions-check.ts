/** Versions of all that takes part. */
import { arch, release, type } from 'node:os';
import { BUILD } from '../../protocol/version.ts';
import type { Check, DiagnosePorts, Finding } from './check.ts';

/** As in package.json's `engines`. */
const oldestNode = [20, 19] as const;

export function versionsCheck({ t, versions }: DiagnosePorts): Check {
  return {
    title: t('Versions'),
    run() {
      const all = [['Offdesk', BUILD], ...versions, [type(), `${release()} ${arch()}`]];
      const found = all.map(([name, version]): Finding => ({ verdict: 'ok', message: `${name} ${version}` }));
      return Promise.resolve([...found, node(t, process.versions.node)]);
    },
  };
}

export function node(t: DiagnosePorts['t'], version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldMajor, oldMinor] = oldestNode;
  const message = `Node ${version}`;
  if (major > oldMajor || (major === oldMajor && minor >= oldMinor)) return { verdict: 'ok', message };
  return { verdict: 'problem', message, next: t('Offdesk needs Node {0} or newer.', oldestNode.join('.')) };
}
