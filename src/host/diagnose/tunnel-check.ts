/** Tunnels: which programs are installed here, whether one could run, and how the one that runs is. */
import { asOffdeskError, sentenceOf } from '../../base/error.ts';
import type { TunnelKind } from '../../protocol/tunnel.ts';
import { programTitles } from '../../remote/tunnel/tunnel-errors.ts';
import { assertTunnel, findTunnel, installedTunnels } from '../tunnel-programs.ts';
import type { Check, DiagnosePorts, Finding } from './check.ts';

export function tunnelCheck(ports: DiagnosePorts): Check {
  const { t } = ports;
  return { title: t('Tunnels that Offdesk runs'), run: () => tunnels(ports) };
}

async function tunnels(ports: DiagnosePorts): Promise<Finding[]> {
  const { t, status, settings, terminalPath } = ports;

  const found = installedTunnels(terminalPath);
  // One that was chosen and is not there is a problem; else it is one of several ways.
  const wanted: TunnelKind | undefined =
    status?.tunnel?.program ?? (settings.reach === 'tailscale' ? 'tailscale' : undefined);
  const looked = await Promise.all(
    [...new Set([...found, ...(wanted ? [wanted] : [])])].map((kind) =>
      program(kind, kind === wanted, ports),
    ),
  );
  if (looked.length === 0)
    return [{ verdict: 'ok', message: t('Neither tailscale nor cloudflared is installed; none is needed.') }];
  return [...looked, ...stateOf(ports)];
}

async function program(kind: TunnelKind, wanted: boolean, ports: DiagnosePorts): Promise<Finding> {
  const { t, terminalPath } = ports;
  const title = programTitles[kind];
  const path = findTunnel(kind, terminalPath)?.path ?? '';
  try {
    await assertTunnel(kind, terminalPath);
    return { verdict: 'ok', message: t('{0} can be run here ({1}).', title, path) };
  } catch (error) {
    const { message, next } = asOffdeskError(error);
    return { verdict: wanted ? 'problem' : 'warning', message, next };
  }
}

function stateOf({ t, status }: DiagnosePorts): Finding[] {
  const tunnel = status?.tunnel;
  if (!tunnel) return [];
  const title = programTitles[tunnel.program];
  if (tunnel.state === 'running') return [{ verdict: 'ok', message: t('{0} runs and leads here.', title) }];
  const why = tunnel.error ? sentenceOf(tunnel.error) : '';
  if (tunnel.state === 'starting' && why === '')
    return [{ verdict: 'warning', message: t('{0} is starting.', title) }];
  return [{ verdict: 'problem', message: t('{0} does not lead here now: {1}', title, why) }];
}
