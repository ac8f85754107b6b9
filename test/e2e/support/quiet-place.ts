/** Where real agents meet a browser: a scripted model and a browser in a network that has nothing but loopback. */
import { launchBrowser, type TestBrowser } from '../../support/browser.ts';
import { needing } from '../../support/needs.ts';
import { createQuietNetwork, type QuietNetwork } from '../../support/quiet-network.ts';
import { startModelProcess, type ModelProcess } from '../../support/real-agents.ts';
import type { AgentWorldOptions } from './agent-world.ts';

/**
 * For all tests of a `describe`, which are skipped where one of `needs` is missing. To be looked at inside tests only.
 * `slowMs`: between two words of a slow answer.
 */
export function quietPlace(
  slowMs?: number,
  ...needs: Parameters<typeof needing>[1][]
): Readonly<Pick<AgentWorldOptions, 'network' | 'model' | 'browser'>> {
  let network: QuietNetwork | undefined;
  let model: ModelProcess | undefined;
  let browser: TestBrowser | undefined;
  before(async function () {
    needing(this, 'agents', 'browser', 'networks', 'proc', ...needs);
    network = await createQuietNetwork();
    model = await startModelProcess(network, slowMs);
    browser = await launchBrowser({ on: network });
  });
  after(async () => {
    await browser?.close();
    await model?.stop();
    await network?.dispose();
  });
  const there = <T>(part: T | undefined): T => {
    if (part === undefined) throw new Error('the place is there inside tests');
    return part;
  };
  return {
    get network() {
      return there(network);
    },
    get model() {
      return there(model);
    },
    get browser() {
      return there(browser).browser;
    },
  };
}
