/**
 * Phone and cable of an attached editor as one process, for a network that the tests are not in. stdin: JSON lines
 * `{link}` (pairs the phone, stays connected), `{proxy: link}` (makes the link lead through a proxy), `{net: 'refuse' |
 * 'heal'}`; stdout, as JSON lines: `paired`, `proxied` with the link, `event` for each event that the phone gets.
 */
import { createInterface } from 'node:readline';
import { decodeInvite, encodeInvite } from '../../../src/channel/invite.ts';
import { FaultProxy } from '../../support/fault-proxy.ts';
import { TestDevice } from '../../support/test-device.ts';
import { eventually } from '../../support/wait.ts';

const print = (value: object): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

interface Wish {
  link?: string;
  proxy?: string;
  net?: 'refuse' | 'heal';
}

async function main(): Promise<void> {
  const phone = new TestDevice();
  let proxy: FaultProxy | undefined;
  for await (const line of createInterface({ input: process.stdin })) {
    const wish = JSON.parse(line) as Wish;
    if (wish.link) await follow(phone, wish.link);
    if (wish.proxy) {
      const invite = decodeInvite(wish.proxy);
      proxy = await FaultProxy.start({ target: { port: Number(new URL(invite.relay).port) } });
      const page = `http://127.0.0.1:${proxy.port}/`;
      print({ event: 'proxied', link: encodeInvite(page, { ...invite, relay: page }) });
    }
    if (wish.net === 'refuse') proxy?.refuse();
    if (wish.net === 'heal') proxy?.heal();
  }
  phone.dispose();
  await proxy?.close();
}

async function follow(phone: TestDevice, link: string): Promise<void> {
  await phone.pair(link, { name: 'Pixel' });
  const probe = await phone.connect();
  const session = await eventually(() => probe.state?.sessions[0], { what: 'a session' });
  await probe.resume(session.id, { tail: 50 });
  print({ event: 'paired' });
  let told = 0;
  setInterval(() => {
    for (; told < probe.facts.length; told++) {
      const fact = probe.facts[told]!;
      if (fact.event) print({ event: 'event', type: fact.event.type, by: fact.origin.name });
      else if (fact.update.sessionUpdate === 'agent_message_chunk')
        print({ event: 'text', text: (fact.update['content'] as { text?: unknown }).text });
    }
  }, 20).unref();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
