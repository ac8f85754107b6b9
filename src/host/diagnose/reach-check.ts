/** Reach: the address that a phone would open, and whether it answers from here. */
import { asOffdeskError } from '../../base/error.ts';
import type { HostStatus } from '../../protocol/host-status.ts';
import { isTunnelKind } from '../../protocol/tunnel.ts';
import { reachInfo, type ReachInfo } from '../../remote/reach.ts';
import type { Check, DiagnosePorts, Finding } from './check.ts';
import { probePage } from './probe.ts';
import { plainAddress } from './without-secrets.ts';

export function reachCheck(ports: DiagnosePorts): Check {
  const { t } = ports;
  return { title: t('Reach'), run: (signal) => reach(ports, signal) };
}

async function reach(ports: DiagnosePorts, signal: AbortSignal): Promise<Finding[]> {
  const { t, status } = ports;
  const on = status !== undefined && status.state !== 'off';
  let info: Pick<ReachInfo, 'kind' | 'url' | 'phoneCanOpen' | 'protectedPage'> | undefined;
  try {
    info = on ? chosen(status) : configured(ports);
  } catch (error) {
    const { message, next } = asOffdeskError(error);
    return [{ verdict: 'problem', message, next }];
  }
  if (!info)
    return [
      {
        verdict: 'warning',
        message: t('It is not chosen yet how a phone gets here.'),
        next: t('Start remote control and choose.'),
      },
    ];
  if (isTunnelKind(info.kind) && !info.phoneCanOpen)
    return [
      {
        verdict: 'ok',
        message: t('Phones come by a tunnel that Offdesk runs; its own part says how it is.'),
      },
    ];
  const found = openable(info, t);
  // What this computer serves by itself is there while it is on.
  if (!on && info.kind !== 'relay')
    return [...found, { verdict: 'ok', message: t('Whether it answers shows while remote control is on.') }];
  return [...found, await answers(info.url, signal, t)];
}

function chosen({ reach }: HostStatus) {
  return reach ?? undefined;
}

function configured({ settings: { reach, relay, publicUrl, port } }: DiagnosePorts) {
  const kind = reach ?? (relay ? 'relay' : publicUrl ? 'tunnel' : undefined);
  return kind && reachInfo(kind, { port: port || 80, relay, publicUrl, lan: [] });
}

function openable(
  {
    kind,
    url,
    phoneCanOpen,
    protectedPage,
  }: Pick<ReachInfo, 'kind' | 'url' | 'phoneCanOpen' | 'protectedPage'>,
  t: DiagnosePorts['t'],
): Finding[] {
  if (kind === 'computer')
    return [
      {
        verdict: 'warning',
        message: t('Only browsers on this computer can open the page.'),
        next: t('For a phone choose your own relay, a tunnel or the same network.'),
      },
    ];
  const address = plainAddress(url);
  if (!phoneCanOpen)
    return [
      {
        verdict: 'problem',
        message: t('{0} leads to this computer itself, so a phone cannot open it.', address),
        next: t('Give an address that a phone can reach.'),
      },
    ];
  if (protectedPage) return [{ verdict: 'ok', message: t('A phone opens {0}.', address) }];
  return [
    {
      verdict: 'warning',
      message: t('A phone opens {0}, without https.', address),
      next: t('Use it in a network that you trust; an own relay or a tunnel has https.'),
    },
  ];
}

async function answers(url: string, signal: AbortSignal, t: DiagnosePorts['t']): Promise<Finding> {
  try {
    const { status, html, ms } = await probePage(url, signal);
    if (status === 200 && html)
      return { verdict: 'ok', message: t('From here the page answers in {0} ms.', Math.round(ms)) };
    return {
      verdict: 'problem',
      message: t('What answers there is not the page of Offdesk (HTTP {0}).', status),
      next: t('Check where the address leads.'),
    };
  } catch (error) {
    const { message, next } = asOffdeskError(error);
    return { verdict: 'problem', message: t('From here the page does not answer: {0}', message), next };
  }
}
