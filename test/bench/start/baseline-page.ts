/** Builds and serves the page without a channel: with the product's own build and its own file server. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BuildOptions } from 'esbuild';
import { readWebFiles, sendFile } from '../../../src/relay/http-files.ts';
import { root } from '../../support/paths.ts';
import type { Conversation } from './bench-host.ts';

export interface BaselinePage {
  readonly url: string;
  close(): void;
}

interface Builder {
  buildWeb(outdir: string, more: BuildOptions): Promise<unknown>;
}

export async function serveBaseline(conversation: Conversation): Promise<BaselinePage> {
  const builder = (await import(pathToFileURL(join(root, 'esbuild.mjs')).href)) as Builder;
  const folder = '.test-output/bench/without-channel';
  await builder.buildWeb(folder, {
    entryPoints: { phone: 'test/bench/start/without-channel.tsx' },
    define: { __CONVERSATION__: JSON.stringify(conversation) },
  });
  const files = await readWebFiles(join(root, folder));
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://bench');
    sendFile(files, pathname, request, response).then(
      (found) => {
        if (!found) response.writeHead(404).end();
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
