/** A second device, in a process of its own: it opens a terminal that writes so many bytes, and takes them all in. */
import { limits } from '../../../src/protocol/limits.ts';
import { methods } from '../../../src/protocol/methods.ts';
import { TerminalProbe } from '../../support/terminal-probe.ts';
import { TestDevice } from '../../support/test-device.ts';

const [link = '', bytes = '', look = ''] = process.argv.slice(2);
const device = new TestDevice();
await device.pair(link, { name: 'flood' });
const client = await device.connect();
const command = `head -c ${bytes} /dev/zero | tr '\\0' x | fold -w 79; echo all-of-it; exec sleep 600`;
const begun = performance.now();
const { id } = await client.request<{ id: string }>(methods.terminal.open, { cols: 80, rows: 24, command });
process.send!({ began: true });
const probe = await TerminalProbe.attach(client, id);
probe.acks = look === 'all';
if (look !== 'all') probe.ack();
const late = setInterval(() => {
  // One that takes nothing learns of the end by a look from time to time.
  if (look !== 'all') probe.ack();
  if (!probe.text.includes('all-of-it')) return;
  clearInterval(late);
  const { anew, chars } = probe;
  process.send!({ over: performance.now() - begun, anew, chars, window: limits.terminalUnackedChars });
}, 500);
process.once('disconnect', () => process.exit());
