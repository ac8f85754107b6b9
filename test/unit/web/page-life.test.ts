/** What a browser says about a page's life, and what the phone makes of it. */
import assert from 'node:assert/strict';
import { followPageLife } from '../../../src/web/phone/page-life.ts';

describe('web: page life', () => {
  it('N2: wakes for a network that changed and for a page that is seen again, and writes down what may be lost', () => {
    const connection = new EventTarget();
    const document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
    const page = Object.assign(new EventTarget(), { document, navigator: { connection } });
    const seen: string[] = [];
    followPageLife(
      page as unknown as Window,
      () => seen.push('wake'),
      () => seen.push('leave'),
    );
    for (const name of ['online', 'offline', 'pageshow', 'focus']) page.dispatchEvent(new Event(name));
    connection.dispatchEvent(new Event('change'));
    document.dispatchEvent(new Event('resume'));
    document.dispatchEvent(new Event('visibilitychange'));
    assert.deepEqual(seen.splice(0), Array(7).fill('wake'));
    document.visibilityState = 'hidden';
    document.dispatchEvent(new Event('visibilitychange'));
    page.dispatchEvent(new Event('pagehide'));
    assert.deepEqual(seen, ['leave', 'leave']);
  });

  it('N2: does without what a browser has not', () => {
    const document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
    const page = Object.assign(new EventTarget(), { document, navigator: {} });
    let woke = 0;
    followPageLife(
      page as unknown as Window,
      () => woke++,
      () => undefined,
    );
    page.dispatchEvent(new Event('online'));
    assert.equal(woke, 1);
  });
});
