// A mocha reporter for test/run.mjs: spec on the screen, and one JSON line per result in a file, written at once,
// so that the results of a run that crashes or hangs are not lost.
const { openSync, writeSync } = require('node:fs');
const loaded = require('mocha');
const { Runner, reporters } = loaded.default ?? loaded;

module.exports = class StageReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const file = openSync(process.env.OFFDESK_TEST_RESULTS, 'a');
    const write = (result, test, error) =>
      writeSync(
        file,
        `${JSON.stringify({ result, title: test?.fullTitle(), ms: test?.duration, error: error && String(error.stack ?? error) })}\n`,
      );
    const { EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_TEST_PENDING, EVENT_RUN_END } = Runner.constants;
    runner.on(EVENT_TEST_PASS, (test) => write('passed', test));
    runner.on(EVENT_TEST_FAIL, (test, error) => write('failed', test, error));
    runner.on(EVENT_TEST_PENDING, (test) => write('skipped', test));
    runner.on(EVENT_RUN_END, () => write('end'));
  }
};
