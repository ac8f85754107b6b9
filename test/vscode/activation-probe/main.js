// Loaded for development beside packages: times the activation of Offdesk and of what is named like it, from reading
// the bundle to the end of `activate()`, and appends lines to the file that OFFDESK_TEST_ACTIVATION names:
// `{"extension":…,"evaluate":{"ms":…,"cpuMs":…},"activate":{…},"coreLoaded":…}` at once, and when the window has
// settled `{"extension":…,"settled":true,"coreLoaded":…}`. `ms` is time on the clock, `cpuMs` what this thread ran of
// it, which other work on the machine does not change. It activates with `*`, so before `onStartupFinished`.
const { appendFileSync } = require('node:fs');
const Module = require('node:module');
const { dirname, join } = require('node:path');

const settleMs = 2_000;

function timed(call) {
  const [cpu, start] = [process.threadCpuUsage(), performance.now()];
  const result = call();
  const [ms, { user, system }] = [performance.now() - start, process.threadCpuUsage(cpu)];
  return { result, took: { ms, cpuMs: (user + system) / 1000 } };
}

exports.activate = () => {
  const load = Module._extensions['.js'];
  Module._extensions['.js'] = function (module, filename) {
    if (!/[\\/]offdesk[^\\/]*[\\/]dist[\\/]extension\.js$/.test(filename))
      return load.call(this, module, filename);
    const evaluate = timed(() => load.call(this, module, filename)).took;
    const { activate, ...rest } = module.exports;
    const report = (more) => {
      const coreLoaded = join(dirname(filename), 'core.js') in require.cache;
      appendFileSync(process.env.OFFDESK_TEST_ACTIVATION, `${JSON.stringify({ ...more, coreLoaded })}\n`);
    };
    module.exports = {
      ...rest,
      activate(context) {
        const { result, took } = timed(() => activate(context));
        const extension = context.extension.id;
        report({ extension, evaluate, activate: took });
        setTimeout(() => report({ extension, settled: true }), settleMs);
        return result;
      },
    };
  };
};
