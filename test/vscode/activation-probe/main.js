// Loaded for development beside the package: times Offdesk's activation in the extension host, from reading the
// bundle to the end of `activate()`, and appends a line `{"evaluateMs":…,"activateMs":…}` to the file that
// OFFDESK_TEST_ACTIVATION names. It activates with `*`, so before Offdesk's `onStartupFinished`.
const { appendFileSync } = require('node:fs');
const Module = require('node:module');

exports.activate = () => {
  const load = Module._extensions['.js'];
  Module._extensions['.js'] = function (module, filename) {
    if (!/offdesk.*[\\/]dist[\\/]extension\.js$/.test(filename)) return load.call(this, module, filename);
    const before = performance.now();
    load.call(this, module, filename);
    const evaluateMs = performance.now() - before;
    const { activate, ...rest } = module.exports;
    module.exports = {
      ...rest,
      activate(context) {
        const start = performance.now();
        const result = activate(context);
        const activateMs = performance.now() - start;
        appendFileSync(process.env.OFFDESK_TEST_ACTIVATION, `${JSON.stringify({ evaluateMs, activateMs })}\n`);
        return result;
      },
    };
  };
};
