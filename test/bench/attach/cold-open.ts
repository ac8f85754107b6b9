/** Opens a session's link with nothing kept but the pairing: time to the last message on screen, and what crossed. */
import { watchConversation, whenShown } from '../start/watch.ts';
import { lastWords } from './history.ts';
import { forgetKept, type PreparedHost } from './prepared-host.ts';

export interface ColdOpen {
  /** Milliseconds since the navigation began: the last message's text is there, and formatted. */
  text: number;
  shown: number;
  items: number;
  /** Received over the channel until then. */
  bytes: number;
}

export async function openCold({ phone, link }: PreparedHost): Promise<ColdOpen> {
  const { context } = phone;
  for (const page of context.pages()) await page.close();
  await forgetKept(context, link);
  const page = await context.newPage();
  const network = await context.newCDPSession(page);
  await network.send('Network.enable');
  await network.send('Network.setCacheDisabled', { cacheDisabled: true });
  await network.send('Network.setBypassServiceWorker', { bypass: true });
  let bytes = 0;
  network.on('Network.webSocketFrameReceived', ({ response }) => {
    const { length } = response.payloadData;
    bytes += response.opcode === 2 ? Math.floor((length * 3) / 4) : length;
  });
  await watchConversation(page, lastWords);
  await page.goto(link, { waitUntil: 'commit' });
  const { text, shown, items } = await whenShown(page);
  const received = bytes;
  await page.close();
  return { text, shown, items, bytes: received };
}
