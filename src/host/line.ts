/** The way to the phones for one chosen reach: relay (embedded or own), link, gate and pairing desk. */
import { DisposableStore } from '../base/disposable.ts';
import { asOffdeskError, OffdeskError, type ErrorShape } from '../base/error.ts';
import { scopedLog } from '../base/log.ts';
import type { ReachKind } from '../protocol/host-status.ts';
import { startRelay, type Relay } from '../relay/server.ts';
import { MemoryBus } from '../relay/memory-bus.ts';
import { embeddedPort } from '../remote/embedded-port.ts';
import { extraCertificates } from '../remote/extra-certificates.ts';
import { Gate } from '../remote/gate.ts';
import { lanAddresses, urlHost } from '../remote/lan.ts';
import { PairingDesk } from '../remote/pairing-desk.ts';
import { reachInfo, type ReachFacts, type ReachInfo } from '../remote/reach.ts';
import { isTunnelKind } from '../protocol/tunnel.ts';
import { RelayLink } from '../remote/relay-link.ts';
import type { Tunnel } from '../remote/tunnel/tunnel.ts';
import type { HostPorts } from './api.ts';
import type { Machine } from './machine.ts';
import { fastestAead } from './node-crypto.ts';
import { installedTunnels, makeTunnel } from './tunnel-programs.ts';

export interface Line {
  readonly kind: ReachKind;
  /** Of a tunnel that the host runs it changes with the tunnel's state. */
  readonly info: ReachInfo;
  readonly tunnel: Tunnel | undefined;
  readonly link: RelayLink;
  /** The relay was reached before: what follows is a reconnection. */
  readonly wasLive: boolean;
  /** Why it is not live now; stays through further tries, so that nobody sees it come and go. */
  readonly trouble: ErrorShape | undefined;
  readonly desk: PairingDesk;
  readonly gate: Gate;
  /** Nothing listens and no link is open when it resolves. */
  close(): Promise<void>;
}

/** What reaches are worked out from, now. For an own relay no port is chosen: that would open one to try it. */
export async function reachFacts(ports: HostPorts, machine: Machine, kind: ReachKind): Promise<ReachFacts> {
  const { port, relay, publicUrl } = ports.settings();
  return {
    port: kind === 'relay' ? port : await embeddedPort(machine.folder, port),
    relay,
    publicUrl,
    lan: lanAddresses(machine.network),
    programs: installedTunnels(ports.terminalPath?.()),
  };
}

/** Rejects with `port_taken` or `address_invalid`. A relay that is down is no error here: the link keeps trying. */
export async function openLine(
  ports: HostPorts,
  machine: Machine,
  kind: ReachKind,
  facts: ReachFacts,
): Promise<Line> {
  const info = reachInfo(kind, facts);
  const store = new DisposableStore();
  const relays: Relay[] = [];
  const closeRelays = () => Promise.all(relays.map((relay) => relay.close()));
  // What leads here goes before what it leads to: another program could be next to have that port.
  const tunnel = isTunnelKind(kind) ? makeTunnel(kind, ports, machine, facts.port) : undefined;
  const { clock, hostName } = ports;
  const { identity, devices, keyPair } = machine;
  try {
    let base = info.url;
    // An own relay means outbound only: nothing listens here.
    if (kind !== 'relay') {
      relays.push(...(await startEmbedded(ports, machine, kind, facts, tunnel)));
      base = `http://127.0.0.1:${facts.port}/`;
    }
    const [inner] = relays;
    const ca = extraCertificates();
    const link = store.add(
      new RelayLink({
        url: base,
        sign: (nonce, origin) => identity.signAdmission(nonce, origin),
        ...(kind === 'relay' ? { registration: () => ports.registrationToken(info.url) } : {}),
        ...(ca ? { ca } : {}),
        ...(inner && { connect: () => inner.connect() }),
        clock,
        log: ports.log,
      }),
    );
    const log = scopedLog(ports.log, 'remote');
    const desk = store.add(
      new PairingDesk({
        ...{ identity, devices, slots: link, hostName: () => hostName, clock, log },
        protectedPage: info.protectedPage,
      }),
    );
    const gate = store.add(
      new Gate({
        identity,
        keyPair,
        devices,
        desk,
        onChannel: link.onChannel,
        hostName: () => hostName,
        clock,
        log,
        aead: fastestAead(),
      }),
    );
    let wasLive = false;
    let trouble: ErrorShape | undefined;
    store.add(
      link.onState((now) => {
        if (now.state === 'live') wasLive = true;
        if (now.state !== 'connecting') trouble = now.state === 'waiting' ? now.error : undefined;
      }),
    );
    link.start();
    tunnel?.start();
    const close = async () => {
      // Devices are told first; then the link and the relay under it end.
      gate.dispose();
      desk.dispose();
      await new Promise<void>((resolve) => setImmediate(resolve));
      await tunnel?.close();
      store.dispose();
      await closeRelays();
    };
    return {
      kind,
      get info() {
        return tunnel ? tunnelInfo(info, tunnel) : info;
      },
      tunnel,
      link,
      get wasLive() {
        return wasLive;
      },
      get trouble() {
        return trouble;
      },
      desk,
      gate,
      close,
    };
  } catch (error) {
    await tunnel?.close();
    store.dispose();
    await closeRelays();
    throw error;
  }
}

function tunnelInfo(info: ReachInfo, { address, status }: Tunnel): ReachInfo {
  return address === undefined
    ? info
    : { ...info, url: `${address}/`, phoneCanOpen: status.state === 'running' };
}

/** The one host by which the tunnel leads here, while it does. */
function hostsOf({ address }: Tunnel): string[] {
  return address === undefined ? [] : [new URL(address).host];
}

const otherPort =
  'Stop that program, or choose another port in the settings or by --port; phones then have to pair again.';

async function startEmbedded(
  ports: HostPorts,
  machine: Machine,
  kind: ReachKind,
  facts: ReachFacts,
  tunnel: Tunnel | undefined,
): Promise<Relay[]> {
  const [lan] = facts.lan;
  const addresses = kind === 'lan' && lan !== undefined ? ['127.0.0.1', lan] : ['127.0.0.1'];
  // Listeners on several addresses are one relay: they share the bus.
  const bus = new MemoryBus();
  const started: Relay[] = [];
  try {
    for (const host of addresses) {
      started.push(
        await startRelay({
          mode: 'embedded',
          host,
          port: facts.port,
          onlyHost: machine.identity.hostId,
          ...(kind === 'tunnel' ? { publicUrl: facts.publicUrl } : {}),
          ...(tunnel ? { allowedHosts: () => hostsOf(tunnel) } : {}),
          ...(host === lan ? { allowedHosts: () => [`${urlHost(lan)}:${facts.port}`] } : {}),
          webFolder: ports.webFolder,
          bus,
          clock: ports.clock,
          log: ports.log,
        }),
      );
    }
    return started;
  } catch (error) {
    await Promise.all(started.map((relay) => relay.close()));
    // The kept port is part of the address that phones paired with: that is said too.
    const { code, message } = asOffdeskError(error);
    throw code === 'port_taken' ? new OffdeskError(code, message, otherPort, { cause: error }) : error;
  }
}
