/** The scenes of test/look as pages to open: real views and client core over fixed facts, with the real policy. */
import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { commonHeaders } from '../../src/relay/http-answer.ts';
import { root } from '../support/paths.ts';

export interface Scenes {
  /** `language`: BCP 47; English unless given. */
  address(scene: string, theme?: string, language?: string): string;
  close(): void;
}

const folder = join(root, 'test', 'look');

export async function serveScenes(): Promise<Scenes> {
  const result = await build({
    entryPoints: {
      scenes: 'test/look/scenes.tsx',
      phone: 'src/web/style/phone.css',
      desk: 'src/web/style/desk.css',
    },
    ...{ absWorkingDir: root, outdir: '/', write: false, bundle: true, format: 'esm', splitting: true },
    ...{ target: ['es2022'], jsx: 'automatic', jsxImportSource: 'preact', loader: { '.svg': 'text' } },
    logLevel: 'error',
  });
  const files = new Map(result.outputFiles.map((file) => [file.path, Buffer.from(file.contents)]));
  files.set('/vscode-themes.css', readFileSync(join(folder, 'vscode-themes.css')));
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://scenes');
    const scene = url.searchParams.get('scene');
    const file = files.get(url.pathname);
    if (scene !== null) {
      const { theme = '', language = 'en' } = Object.fromEntries(url.searchParams);
      const page = pageOf(scene, theme, language);
      response.writeHead(200, { ...commonHeaders, 'Content-Type': 'text/html; charset=utf-8' }).end(page);
    } else if (file) {
      const type = url.pathname.endsWith('.css') ? 'text/css' : 'text/javascript';
      response.writeHead(200, { 'Content-Type': type }).end(file);
    } else response.writeHead(url.pathname === '/favicon.ico' ? 204 : 404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    address: (scene, theme = '', language = 'en') =>
      `${base}?${new URLSearchParams({ scene, theme, language })}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** As the real pages: one script, styles in files, and at the desk what VS Code puts on html and body. */
function pageOf(scene: string, theme: string, language: string): string {
  const desk = scene.startsWith('desk');
  // VS Code names the light one by both names.
  const themes = theme === 'high-contrast-light' ? ['high-contrast', theme] : [theme];
  const styles = ['scenes', ...(desk ? ['desk', 'vscode-themes'] : ['phone'])];
  return [
    `<!doctype html><html lang="${language}" class="${theme}"><meta charset="utf-8">`,
    `<meta name="viewport" content="width=device-width, initial-scale=1"><title>${scene}</title>`,
    ...styles.map((name) => `<link rel="stylesheet" href="${name}.css">`),
    `<body${desk ? ` class="${themes.map((name) => `vscode-${name}`).join(' ')}"` : ''}><div id="root"></div>`,
    `<script type="module" src="scenes.js"></script></body></html>`,
  ].join('\n');
}
