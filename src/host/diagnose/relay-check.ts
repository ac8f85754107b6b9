/** The relay: whether it answers, upgrades to a WebSocket and speaks first, how fast; and this computer's clock by its. */
import { asOffdeskError } from '../../base/error.ts';
import type { Translate } from '../../base/translate.ts';
import { limits } from '../../protocol/limits.ts';
import type { Check, DiagnosePorts, Finding } from './check.ts';
import { probePage, probeRelay, type PageProbe } from './probe.ts';
import { plainAddress } from './without-secrets.ts';

/** Invites and tickets count in minutes. */
const skewWarningMs = 60_000;
const skewProblemMs = 5 * 60_000;
const slowMs = 1_000;
const dayMs = 24 * 60 * 60 * 1000;
const certificateDays = 14;

/** Two checks on one request. */
export function relayChecks(ports: DiagnosePorts): [Check, Check] {
  const { t } = ports;
  const at = relayOf(ports);
  let page: Promise<PageProbe | undefined> | undefined;
  const look = (signal: AbortSignal) =>
    (page ??= at ? probePage(at.url, signal).catch(() => undefined) : Promise.resolve(undefined));
  return [
    { title: t('Relay'), run: (signal) => (at ? relay(at, look, signal, t) : notOn(t)) },
    { title: t('Clock'), run: async (signal) => [clock(await look(signal), at, t)] },
  ];
}

interface RelayAt {
  url: string;
  embedded: boolean;
}

/** Undefined where none can be asked: the relay inside Offdesk listens while remote control is on. */
function relayOf({ settings, status }: DiagnosePorts): RelayAt | undefined {
  const on = status !== undefined && status.state !== 'off';
  // Until it is chosen how a phone gets here, this computer's own relay is what is there.
  const reach = on ? (status.reach ?? undefined) : undefined;
  const kind = on ? reach?.kind : (settings.reach ?? (settings.relay ? 'relay' : undefined));
  if (kind === 'relay') {
    const url = reach?.url ?? settings.relay;
    return URL.canParse(url) ? { url, embedded: false } : undefined;
  }
  const own = status?.reachOptions.find((option) => option.kind === 'computer' && option.url);
  return on && own ? { url: own.url, embedded: true } : undefined;
}

function notOn(t: Translate): Promise<Finding[]> {
  const message = t('The relay inside Offdesk listens while remote control is on alone.');
  return Promise.resolve([{ verdict: 'ok', message }]);
}

async function relay(
  { url, embedded }: RelayAt,
  look: (signal: AbortSignal) => Promise<PageProbe | undefined>,
  signal: AbortSignal,
  t: Translate,
): Promise<Finding[]> {
  const name = embedded ? t('The relay inside Offdesk') : t('Your relay {0}', plainAddress(url));
  const [connected, page] = await Promise.allSettled([probeRelay(url, signal), look(signal)]);
  if (connected.status === 'rejected') {
    const { message, next } = asOffdeskError(connected.reason, 'relay_unreachable');
    return [{ verdict: 'problem', message: `${name}: ${message}`, next }];
  }
  const ms = Math.round(connected.value);
  const found: Finding[] = [
    ms > slowMs
      ? {
          verdict: 'warning',
          message: t('{0} takes WebSockets, but only after {1} ms.', name, ms),
          next: t('Check the network between here and there.'),
        }
      : { verdict: 'ok', message: t('{0} takes WebSockets, in {1} ms.', name, ms) },
  ];
  const ends = page.status === 'fulfilled' ? page.value?.certificateEnds : undefined;
  if (ends !== undefined) {
    const days = Math.floor((ends - Date.now()) / dayMs);
    const until = new Date(ends).toISOString().slice(0, 10);
    const message = t('Its TLS certificate is good until {0}.', until);
    found.push(
      days < certificateDays
        ? { verdict: 'warning', message, next: t('Have it renewed.') }
        : { verdict: 'ok', message },
    );
  }
  return found;
}

function clock(page: PageProbe | undefined, at: RelayAt | undefined, t: Translate): Finding {
  if (at?.embedded !== false || page?.skew === undefined)
    return { verdict: 'ok', message: t('There is no clock of a relay to compare with.') };
  const seconds = Math.round(Math.abs(page.skew) / 1000);
  if (Math.abs(page.skew) < skewWarningMs)
    return { verdict: 'ok', message: t("This computer's clock and the relay's agree within a minute.") };
  const message =
    page.skew > 0
      ? t("This computer's clock is {0} seconds behind the relay's.", seconds)
      : t("This computer's clock is {0} seconds ahead of the relay's.", seconds);
  const verdict = Math.abs(page.skew) < skewProblemMs ? 'warning' : 'problem';
  const minutes = limits.inviteMs / 60_000;
  const next = t('Set the clock, best by a time server: invites hold for {0} minutes.', minutes);
  return { verdict, message, next };
}
