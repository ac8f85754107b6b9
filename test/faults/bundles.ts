/** The processes of a round, bundled once, so that each starts as fast as it can. */
import { build, type Plugin } from 'esbuild';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../bed/places.mjs';

export const bundleFolder = join(root, '.test-output', 'faults', 'programs');
export const agentScript = join(import.meta.dirname, 'agent.mjs');

export const programOf = (name: 'host' | 'relay' | 'page'): string => join(bundleFolder, `${name}-main.cjs`);

/** Small, so that a round of seconds has many segments, pages and windows. */
const smallLimits: Readonly<Record<string, number>> = {
  segmentBytes: 48 * 1024,
  windowItems: 24,
  tailItems: 8,
  historyItems: 12,
};

const limitsPlugin: Plugin = {
  name: 'small-limits',
  setup(bundle) {
    bundle.onLoad({ filter: /src[\\/]protocol[\\/]limits\.ts$/ }, ({ path }) => {
      let contents = readFileSync(path, 'utf8');
      for (const [name, value] of Object.entries(smallLimits)) {
        if (process.env.FAULTS_BIG && name !== 'segmentBytes') continue;
        const line = new RegExp(`^(\\s+${name}: ).*,$`, 'm');
        if (!line.test(contents)) throw new Error(`no limit ${name}`);
        contents = contents.replace(line, `$1${value},`);
      }
      return { contents, loader: 'ts' };
    });
  },
};

export async function bundlePrograms(): Promise<void> {
  await build({
    entryPoints: ['host', 'relay', 'page'].map((name) => join(import.meta.dirname, `${name}-main.ts`)),
    ...{ outdir: bundleFolder, outExtension: { '.js': '.cjs' } },
    ...{ bundle: true, platform: 'node', format: 'cjs', target: 'node20', logLevel: 'warning' },
    plugins: [limitsPlugin],
    external: ['bufferutil', 'utf-8-validate'],
    define: { 'import.meta.dirname': '__dirname' },
  });
}
