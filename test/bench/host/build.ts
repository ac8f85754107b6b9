/** Builds what a benchmark runs from the sources as they are, minified as what ships, below .test-output. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { root } from '../../support/paths.ts';

export interface Built {
  /** Programs for Node. */
  host: string;
  clients: string;
  agent: string;
  /** The folder of the web client. */
  web: string;
}

export async function buildAll(): Promise<Built> {
  const folder = join(root, '.test-output', 'bench', 'build');
  await build({
    absWorkingDir: root,
    entryPoints: { host: 'test/bench/host/host-main.ts', clients: 'test/bench/clients/clients-main.ts' },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    ...{ bundle: true, minify: true, platform: 'node', format: 'esm', target: 'node20' },
    // `ws` and others are CommonJS, which asks for Node's own modules by `require`.
    banner: {
      js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`,
    },
    define: { __OFFDESK_VERSION__: '"0.0.0-bench"' },
    logLevel: 'warning',
  });
  const builder = (await import(pathToFileURL(join(root, 'esbuild.mjs')).href)) as {
    buildWeb(outdir: string, more: { entryPoints: object }): Promise<unknown>;
  };
  const web = '.test-output/bench/web';
  await builder.buildWeb(web, { entryPoints: { phone: 'src/web/phone/main.tsx' } });
  return {
    host: join(folder, 'host.mjs'),
    clients: join(folder, 'clients.mjs'),
    agent: join(root, 'test', 'bench', 'agent', 'bench-agent.mjs'),
    web: join(root, web),
  };
}
