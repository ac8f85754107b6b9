// Builds everything that ships into dist/: extension, core, CLI, and the web client in two entries.
import { build, context } from 'esbuild';
import { copyFile, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

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
  alias: {
    // A browser has the table of HTML entities that markdown-it would bring along.
    entities: './src/web/views/html-entities.ts',
    'zod/v4': './src/web/fluent-zod.ts',
  },
  // What fluent-zod.ts has not.
  logOverride: { 'import-is-undefined': 'error' },
};
const icons = [
  'icon-192.png',
  'icon-512.png',
  'icon-maskable-512.png',
  'apple-touch-icon.png',
  'favicon.svg',
];

// `core.js` is what is heavy: extension and CLI load it on first use.
const coreExternal = {
  name: 'core-external',
  setup(b) {
    b.onResolve({ filter: /\/core\.ts$/ }, () => ({ path: './core.js', external: true }));
  },
};

// What a command alone needs is loaded by that command: the others start as fast as without it.
const commandsExternal = {
  name: 'commands-external',
  setup(b) {
    const outputs = { './attach.ts': './attach.js', './chat.tsx': './chat.mjs' };
    b.onResolve({ filter: /^\.\/(attach\.ts|chat\.tsx)$/ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path: outputs[path], external: true } : undefined,
    );
  },
};

// Ink asks for its devtools in development alone. Where `CI` is set it would draw nothing before the end; who talks in
// a terminal sits before it.
const inkInATerminal = {
  name: 'ink-in-a-terminal',
  setup(b) {
    const contents = {
      'react-devtools-core': 'export default {};',
      'is-in-ci': 'export default false;',
    };
    b.onResolve({ filter: /^(react-devtools-core|is-in-ci)$/ }, ({ path }) => ({ path, namespace: 'ink' }));
    b.onLoad({ filter: /.*/, namespace: 'ink' }, ({ path }) => ({ contents: contents[path] }));
  },
};

// What reads JSON Schema off zod's schemas is reachable from each of them, and nothing in the web client calls it.
const withoutJsonSchema = {
  name: 'without-json-schema',
  setup(b) {
    b.onLoad(
      { filter: /zod[\\/]v4[\\/]core[\\/](json-schema-processors|to-json-schema)\.js$/ },
      async ({ path }) => {
        const source = await readFile(path, 'utf8');
        const names = [...source.matchAll(/^export (?:function|const) (\w+)/gm)].map(([, name]) => name);
        const absent = `function absent() { throw new Error('The web client has no JSON Schema.'); }\n`;
        return {
          contents: `${absent}export { ${[...names, 'process'].map((name) => `absent as ${name}`)} };`,
        };
      },
    );
  },
};

// esbuild makes a chunk of each set of files that the same entries load, and each late part is an entry: what the page
// shares with them would be two dozen small files. Every late part says here that it needs all of the page's own,
// which is there already; so that is one.
const lateOnShell = {
  name: 'late-on-shell',
  setup(b) {
    b.onResolve({ filter: /^\.\.?\// }, ({ kind, path, resolveDir }) =>
      kind === 'dynamic-import'
        ? { path: relative('.', resolve(resolveDir, path)), namespace: 'late' }
        : undefined,
    );
    b.onLoad({ filter: /.*/, namespace: 'late' }, ({ path }) => ({
      contents: `import './src/web/shell.ts'; export * from ${JSON.stringify(`./${path}`)};`,
      resolveDir: process.cwd(),
    }));
  },
};

// A hundredth of an icon's sixteenth is more than any screen shows.
const shortIcons = {
  name: 'short-icons',
  setup(b) {
    b.onLoad({ filter: /codicons.*\.svg$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(
        /(?<![\d.])(?:0|[1-9]\d*)\.\d{3,}(?![\d.])/g,
        (number) => String(Number(Number(number).toFixed(2))),
      ),
      loader: 'text',
    }));
  },
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildAll();

async function buildAll() {
  await rm('dist', { recursive: true, force: true });
  const parts = [
    // What is native cannot be bundled: it lies beside (nativeParts).
    { ...node, entryPoints: { core: 'src/host/core.ts' }, outdir: 'dist', external: ['@lydell/node-pty'] },
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
      plugins: [coreExternal, commandsExternal],
      banner: { js: '#!/usr/bin/env node' },
    },
    { ...node, entryPoints: { files: 'src/files/worker.ts' }, outdir: 'dist' },
    { ...node, entryPoints: { attach: 'src/cli/attach.ts' }, outdir: 'dist' },
    {
      // Ink's layout engine is WebAssembly that is awaited as it loads: a module, not CommonJS.
      ...{ ...node, format: 'esm', outExtension: { '.js': '.mjs' } },
      entryPoints: { chat: 'src/cli/chat.tsx' },
      outdir: 'dist',
      define: { ...shared.define, 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
      plugins: [inkInATerminal],
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
    },
  ];
  const results = [];
  for (const options of parts) results.push(await run(options));
  const entryPoints = { phone: 'src/web/phone/main.tsx', webview: 'src/web/webview/main.tsx' };
  results.push(await buildWeb('dist/web', { entryPoints }));
  await nativeParts('dist', `${process.platform}-${process.arch}`);
  if (!watch) await writeFile('dist/meta.json', JSON.stringify(results));
}

/**
 * Pseudoterminals for one platform (or none) where `core.js` finds them, in the repository as in an installed package.
 * `from`: the folder of node_modules that has them.
 */
export async function nativeParts(outdir, platform, from = 'node_modules') {
  const to = `${outdir}/node_modules/@lydell`;
  await rm(`${outdir}/node_modules`, { recursive: true, force: true });
  const native = `node-pty-${platform}`;
  if (platform === undefined || !existsSync(`${from}/@lydell/${native}`)) return;
  const filter = (path) => !/\.(d\.ts|md|pdb)$/.test(path);
  await cp('node_modules/@lydell/node-pty', `${to}/node-pty`, { recursive: true, filter });
  await cp(`${from}/@lydell/${native}`, `${to}/${native}`, { recursive: true, filter });
}

/** The metafile; undefined when it goes on watching. */
async function run(options) {
  if (!watch) return (await build(options)).metafile;
  await (await context(options)).watch();
}

/** The whole folder of the web client, with `phone` among the entries. `more`: other options of esbuild. */
export async function buildWeb(outdir, more) {
  await mkdir(outdir, { recursive: true });
  const define = { ...web.define, ...more.define };
  const metafile = await run({
    ...{ ...web, chunkNames: 'chunk-[hash]', plugins: [withoutJsonSchema, lateOnShell, shortIcons] },
    ...{ ...more, outdir, define },
  });
  const page = await pageWithPreloads(metafile, outdir);
  await writeFile(`${outdir}/index.html`, page);
  await copyFile('src/web/manifest.webmanifest', `${outdir}/manifest.webmanifest`);
  for (const icon of icons) await copyFile(`media/web/${icon}`, `${outdir}/${icon}`);
  if (!metafile) return;
  // The service worker caches the shell by a hash of it, so a new build replaces the old one whole.
  const files = Object.keys(metafile.outputs).map((path) => path.slice(outdir.length + 1));
  const hash = createHash('sha256');
  for (const file of [...files.sort(), 'index.html', 'manifest.webmanifest'])
    hash.update(await readFile(`${outdir}/${file}`));
  const buildHash = hash.digest('hex').slice(0, 16);
  const shell = files.filter((file) => !file.startsWith('webview'));
  await build({
    ...{ ...web, splitting: false, format: 'iife', outdir },
    entryPoints: { 'service-worker': 'src/web/service-worker.ts' },
    define: { ...define, __BUILD_HASH__: JSON.stringify(buildHash), __SHELL__: JSON.stringify(shell) },
  });
  await writeFile(`${outdir}/build.txt`, `${version} ${buildHash}\n`);
  return metafile;
}

/** The phone's page with what its script imports named, so that a phone asks for all in one round trip. */
async function pageWithPreloads(metafile, outdir) {
  const html = await readFile('src/web/index.html', 'utf8');
  const script = '<script type="module" src="phone.js">';
  const imports = (output) =>
    metafile.outputs[output].imports
      .filter(({ kind }) => kind === 'import-statement')
      .flatMap(({ path }) => [path, ...imports(path)]);
  const chunks = metafile ? [...new Set(imports(`${outdir}/phone.js`))] : [];
  const links = chunks.map((path) => `<link rel="modulepreload" href="${path.slice(outdir.length + 1)}" />`);
  return html.replace(script, [...links, script].join('\n    '));
}
