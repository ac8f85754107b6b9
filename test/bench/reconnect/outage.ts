/** A phone whose network goes and comes back while the agent works on: how long until all is on screen, and how much crossed. */
import type { Browser } from 'playwright-core';
import { fromNotification, type Fact } from '../../../src/protocol/facts.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { historyResult, methods } from '../../../src/protocol/methods.ts';
import { FaultProxy } from '../../support/fault-proxy.ts';
import { openPhone, type Phone } from '../../support/phone.ts';
import { connected } from '../../support/phone-steps.ts';
import { freePort } from '../../support/ports.ts';
import type { ProbeClient } from '../../support/probe-client.ts';
import { openWebSocket, TestDevice } from '../../support/test-device.ts';
import { eventually } from '../../support/wait.ts';
import type { Built } from '../host/build.ts';
import { HostProcess } from '../host/host-process.ts';
import { sightsUntil, watchWords } from '../stream/words.ts';
import { missedBy, type Missed } from './missed.ts';
import { backOnline, noteNetwork, setAhead } from './page-script.ts';

/** While the network is gone. */
export interface Outage {
  /** Turns of the agent, and rounds of work in each; 0 turns: nothing happens. */
  turns: number;
  rounds: number;
  /** Updates a second; 0 for as fast as it can. */
  perSecond: number;
  /** At least so long, in real milliseconds. */
  ms: number;
  /** By so much the clocks of host and page are ahead at its end, in milliseconds. */
  shift: number;
}

export interface Return {
  /** Milliseconds from the browser's `online`: until the page says connected, until the last word is on screen. */
  connected: number;
  live: number;
  /** From host to phone on the new connection, of TCP's payload: handshakes, headers and padding included. */
  bytes: number;
  missed: Missed;
}

export class OutageWorld {
  readonly #host: HostProcess;
  readonly #proxy: FaultProxy;
  readonly #phone: Phone;
  readonly #witness: TestDevice;
  #ahead = 0;
  #marks = 0;

  private constructor(host: HostProcess, proxy: FaultProxy, phone: Phone, witness: TestDevice) {
    this.#host = host;
    this.#proxy = proxy;
    this.#phone = phone;
    this.#witness = witness;
  }

  /** The phone dials a proxy before the relay; the witness, which misses nothing, goes past it. */
  static async open(browser: Browser, built: Built): Promise<OutageWorld> {
    const port = await freePort();
    const proxy = await FaultProxy.start({ target: { port } });
    const publicUrl = `http://127.0.0.1:${proxy.port}/`;
    const host = await HostProcess.start({ built, port, publicUrl });
    const phone = await openPhone(browser);
    await watchWords(phone.page);
    await noteNetwork(phone.page);
    await phone.open(await host.invite());
    await connected(phone.page);
    const witness = new TestDevice((url) => openWebSocket(url.replace(`:${proxy.port}/`, `:${port}/`)));
    await witness.pair(await host.invite(), { name: 'Witness' });
    return new OutageWorld(host, proxy, phone, witness);
  }

  async run(outage: Outage): Promise<Return> {
    const { page } = this.#phone;
    const begin = performance.now();
    await this.#phone.setOffline(true);
    this.#proxy.halfOpen();
    await this.#shift(outage.shift);
    const { facts, session } = await this.#meanwhile(outage);
    const rest = outage.ms - (performance.now() - begin);
    if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
    const before = this.#proxy.recordings.length;
    this.#proxy.heal();
    await this.#phone.setOffline(false);
    const { online, connected } = await backOnline(page);
    const sights = outage.turns > 0 ? await sightsUntil(page, this.#marks) : [];
    const seen = sights.find(([word]) => word === this.#marks)?.[1] ?? connected;
    const bytes = this.#proxy.recordings.slice(before).reduce((sum, { down }) => sum + down.length, 0);
    return {
      connected: connected - online,
      live: Math.max(seen, connected) - online,
      ...{ bytes, missed: missedBy(session, facts) },
    };
  }

  async close(): Promise<void> {
    this.#witness.dispose();
    await this.#phone.close();
    await this.#host.stop();
    await this.#proxy.close();
  }

  /** Forward alone: a clock that goes back is another matter. */
  async #shift(ms: number): Promise<void> {
    if (ms === 0) return;
    this.#ahead += ms;
    await this.#host.jump(ms);
    await setAhead(this.#phone.page, this.#ahead);
  }

  /** The agent works; the witness says what there is of it, items as the host's history merges them. */
  async #meanwhile({ turns, rounds, perSecond }: Outage) {
    this.#witness.probe = undefined;
    const probe = await this.#witness.connect();
    const session = await eventually(() => probe.state?.sessions[0]?.id, { what: 'a session' });
    await probe.resume(session, { tail: 0 });
    // State facts of before come first; the page has them.
    const { head } = await probe.resume(session, { tail: 0 });
    for (let turn = 0; turn < turns; turn++)
      await this.#host.prompt(`work ${rounds} ${perSecond} ${++this.#marks}`).ended;
    const ended = () => probe.facts.filter(({ event }) => event?.type === 'turn_ended').length >= turns;
    await eventually(ended, { what: 'the witness to have all' });
    const facts = [
      ...(await itemsSince(probe, session, head.seq + 1)),
      ...probe.facts.filter(({ seq, item }) => seq > head.seq && item === undefined),
    ];
    this.#witness.dispose();
    return { session, facts: facts.sort((a, b) => a.seq - b.seq) };
  }
}

async function itemsSince(probe: ProbeClient, sessionId: string, first: number): Promise<Fact[]> {
  const facts: Fact[] = [];
  for (let at: number | null = first; at !== null;) {
    const params = { sessionId, at, limit: limits.historyItems };
    const page = historyResult.parse(await probe.request(methods.history, params));
    facts.push(...page.updates.flatMap((update) => fromNotification(update)?.fact ?? []));
    at = page.next;
  }
  return facts;
}
