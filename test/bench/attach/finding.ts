/** Finds what was said in a session's first minute, as a device asks the host for it. */
import { limits } from '../../../src/protocol/limits.ts';
import { methods, searchResult } from '../../../src/protocol/methods.ts';
import { TestDevice } from '../../support/test-device.ts';
import { eventually } from '../../support/wait.ts';
import type { HostProcess } from '../host/host-process.ts';
import { firstWords } from './history.ts';

export interface Finding {
  /** Milliseconds until it was found, and how often the host was asked. */
  ms: number;
  asked: number;
}

export async function findBeginning(host: HostProcess): Promise<Finding> {
  const device = new TestDevice();
  try {
    await device.pair(await host.invite());
    const probe = await device.connect();
    const sessionId = await eventually(() => probe.state?.sessions[0]?.id, { what: 'a session' });
    const begin = performance.now();
    let asked = 0;
    for (let before: number | null = null; ;) {
      asked++;
      const params = { sessionId, query: firstWords, before, limit: limits.searchHits };
      const page = searchResult.parse(await probe.request(methods.search, params));
      if (page.hits.length > 0) return { ms: performance.now() - begin, asked };
      before = page.next;
      if (before === null) throw new Error('what was said at the beginning was not found');
    }
  } finally {
    device.dispose();
  }
}
