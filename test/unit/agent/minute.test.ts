/** How long a session that began in this minute of the clock is let be. */
import assert from 'node:assert/strict';
import { restOfMinute } from '../../../src/agent/minute.ts';

describe('minute', () => {
  const noon = Date.UTC(2026, 0, 1, 12);

  it('A15: until the minute is over, and not at all in a later one', () => {
    assert.equal(restOfMinute(noon + 10_000, noon + 30_000), 30_500);
    assert.equal(restOfMinute(noon, noon + 59_999), 501);
    assert.equal(restOfMinute(noon + 59_999, noon + 60_000), 0);
    assert.equal(restOfMinute(noon, noon + 3_600_000), 0);
  });

  it('A15: a clock that was set back costs a minute, not an hour', () => {
    assert.equal(restOfMinute(noon, noon - 3_600_000), 60_500);
  });
});
