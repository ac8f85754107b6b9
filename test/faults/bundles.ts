/** The processes of a round, bundled once, so that each starts as fast as it can. */
import { build } from 'esbuild';
import { join } from 'node:path';
import { root } from '../bed/places.mjs';

export const bundleFolder = join(root, '.test-output', 'faults', 'programs');
export const agentScript = join(import.meta.dirname, 'agent.mjs');

export const programOf = (name: 'host' | 'relay' | 'page'): string => join(bundleFolder, `${name}-main.cjs`);

export async function bundlePrograms(): Promise<void> {
  await build({
    entryPoints: ['host', 'relay', 'page'].map((name) => join(import.meta.dirname, `${name}-main.ts`)),
    ...{ outdir: bundleFolder, outExtension: { '.js': '.cjs' } },
    ...{ bundle: true, platform: 'node', format: 'cjs', target: 'node20', logLevel: 'warning' },
    external: ['bufferutil', 'utf-8-validate'],
    define: { 'import.meta.dirname': '__dirname' },
  });
}
