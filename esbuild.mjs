// Builds everything that ships into dist/: extension, core, CLI, and the web client in two entries.
import { build, context } from 'esbuild';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';

const { version } = JSON.parse(await readFile('package.json', 'utf8'));
const watch = process.argv.includes('--watch');
const shared = {
  bundle: true,
  minify: !watch,
  sourcemap: watch,
  legalComments: 'none',
  define: { __OFFDESK_VERSION__: JSON.stringify(version) },
  logLevel: 'warning',
  metafile: true,
};
const node = { ...shared, platform: 'node', format: 'cjs', target: 'node20' };
const web = {
  ...shared,
  platform: 'browser',
  format: 'esm',
  target: ['es2022', 'safari16'],
  splitting: true,
  jsx: 'automatic',
  jsxImportSource: 'preact',
  loader: { '.svg': 'text' },
  define: { ...shared.define, 'process.env.NODE_ENV': '"production"' },
};

// `core.js` is what is heavy: extension and CLI load it on first use.
const coreExternal = {
  name: 'core-external',
  setup(b) {
    b.onResolve({ filter: /\/core\.ts$/ }, () => ({ path: './core.js', external: true }));
  },
};

await rm('dist', { recursive: true, force: true });
await mkdir('dist/web', { recursive: true });
const builds = [
  { ...node, entryPoints: { core: 'src/host/core.ts' }, outdir: 'dist' },
  {
    ...node,
    entryPoints: { extension: 'src/vscode/extension.ts' },
    outdir: 'dist',
    external: ['vscode'],
    plugins: [coreExternal],
  },
  {
    ...node,
    entryPoints: { cli: 'src/cli/main.ts' },
    outdir: 'dist',
    plugins: [coreExternal],
    banner: { js: '#!/usr/bin/env node' },
  },
  {
    ...web,
    entryPoints: { phone: 'src/web/phone/main.tsx', webview: 'src/web/webview/main.tsx' },
    outdir: 'dist/web',
    chunkNames: 'chunk-[hash]',
  },
];
const results = [];
for (const options of builds) {
  if (watch) await (await context(options)).watch();
  else results.push(await build(options));
}
if (!watch) {
  // The service worker caches the shell by a hash of it, so a new build replaces the old one whole.
  const files = Object.keys(results[3].metafile.outputs).map((path) => path.replace(/^dist\/web\//, ''));
  const hash = createHash('sha256');
  for (const file of files.sort()) hash.update(await readFile(`dist/web/${file}`));
  for (const file of ['index.html', 'manifest.webmanifest']) hash.update(await readFile(`src/web/${file}`));
  const buildHash = hash.digest('hex').slice(0, 16);
  const shell = files.filter((file) => !file.startsWith('webview'));
  await build({
    ...web,
    splitting: false,
    format: 'iife',
    entryPoints: { 'service-worker': 'src/web/service-worker.ts' },
    outdir: 'dist/web',
    define: { ...web.define, __BUILD_HASH__: JSON.stringify(buildHash), __SHELL__: JSON.stringify(shell) },
  });
  await writeFile('dist/meta.json', JSON.stringify(results.map((result) => result.metafile)));
  await writeFile('dist/web/build.txt', `${version} ${buildHash}\n`);
}
for (const file of ['index.html', 'manifest.webmanifest'])
  await copyFile(`src/web/${file}`, `dist/web/${file}`);
for (const icon of [
  'icon-192.png',
  'icon-512.png',
  'icon-maskable-512.png',
  'apple-touch-icon.png',
  'favicon.svg',
]) {
  await copyFile(`media/web/${icon}`, `dist/web/${icon}`);
}
