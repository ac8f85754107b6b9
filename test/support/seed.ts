/**
 * Properties try the same cases in every run, so that a run fails for what was changed, not for its luck. To look for new
 * ones: `OFFDESK_TEST_SEED=random npm run test:unit`, or a number to try those again.
 */
import fc from 'fast-check';

const wished = process.env.OFFDESK_TEST_SEED ?? '20261121';
if (wished !== 'random') {
  const seed = Number(wished);
  if (!Number.isSafeInteger(seed))
    throw new RangeError(`OFFDESK_TEST_SEED: a number or random, not ${wished}`);
  fc.configureGlobal({ seed });
}
