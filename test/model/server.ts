/** A scripted model on loopback, for real coding agents: four wire formats, no state, no key (AGENT-FACTS.md). */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { anthropic, countTokens } from './anthropic.ts';
import { gemini, geminiTokens } from './gemini.ts';
import { imagesIn, type SeenImage } from './images.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiResponses } from './openai-responses.ts';
import { asked, rememberedMarkers, replyTo, type Marker } from './scenarios.ts';
import { EventWriter } from './sse.ts';
import type { Json, Wire } from './wire.ts';

const bodyBytes = 32 * 1024 * 1024;

export interface ModelServerOptions {
  /** Milliseconds between two words, usually and in slow replies. */
  paceMs?: number;
  slowMs?: number;
  onRequest?: (request: LoggedRequest) => void;
}

export interface LoggedRequest {
  method: string;
  path: string;
  /** Undefined for requests without one: titles, token counts, lists of models. */
  marker?: Marker;
  /** How many results of tools came after the marker. */
  step?: number;
  /** `marker` or `marker:argument`. */
  wish?: string;
  /** The tool that the reply calls, and its arguments. */
  tool?: string;
  args?: Record<string, unknown>;
  /** Tools that the agent offered. */
  tools?: string[];
  /** Pictures of the whole conversation. */
  images?: SeenImage[];
  /** Markers of all that the user said, in order: what the agent remembers of the conversation. */
  remembered?: string[];
}

export interface ModelServer {
  port: number;
  /** Base URL without a path: `http://127.0.0.1:N`. */
  url: string;
  requests: LoggedRequest[];
  /** Slow replies that are under way say the rest at once. */
  hurry(): void;
  close(): Promise<void>;
}

/** Listens on 127.0.0.1 at a free port. */
export async function startModelServer(options: ModelServerOptions = {}): Promise<ModelServer> {
  const requests: LoggedRequest[] = [];
  let [ids, hurries] = [0, 0];
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: String(error) } }));
    });
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const logged: LoggedRequest = { method: request.method ?? 'GET', path: url.pathname };
    const log = (): void => {
      requests.push(logged);
      options.onRequest?.(logged);
    };
    if (request.method !== 'POST') {
      log();
      if (url.pathname.endsWith('/models')) return json(response, models);
      return json(response, { error: { message: 'not found' } }, request.method === 'HEAD' ? 200 : 404);
    }
    const body = JSON.parse(await bodyOf(request)) as Json;
    const fixed = fixedAnswer(url.pathname);
    const wire = wireOf(url.pathname);
    if (fixed || !wire) {
      log();
      return json(response, fixed ?? { error: { message: 'not found' } }, fixed ? 200 : 404);
    }
    const asking = wire.read(body, url);
    const reply = replyTo(asking);
    const wish = asked(asking);
    logged.tools = asking.tools.map(({ name }) => name);
    logged.remembered = rememberedMarkers(asking);
    logged.images = imagesIn(body);
    if (wish) {
      const { marker, argument, results } = wish;
      const whole = argument === '' ? marker : `${marker}:${argument}`;
      Object.assign(logged, { marker, step: results.length, wish: whole });
    }
    if (reply.call) Object.assign(logged, { tool: reply.call.tool.name, args: reply.call.args });
    log();
    const id = `scripted${String(++ids)}`;
    if (!asking.stream) return json(response, wire.whole(reply, id));
    const { slowMs = 100, paceMs = 5 } = options;
    const before = hurries;
    const pace = (): number => (!reply.slow ? paceMs : hurries === before ? slowMs : 0);
    await wire.stream(reply, new EventWriter(response, pace), id);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  return {
    port,
    url: `http://127.0.0.1:${String(port)}`,
    requests,
    hurry: () => void hurries++,
    close() {
      closing ??= new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return closing;
    },
  };
}

const models = {
  object: 'list',
  data: [{ id: 'fake-model', object: 'model', created: 0, owned_by: 'scripted' }],
  models: [{ name: 'models/fake-model' }],
};

function fixedAnswer(path: string): Json | undefined {
  if (path.endsWith('/count_tokens')) return countTokens;
  if (path.endsWith(':countTokens')) return geminiTokens;
  return undefined;
}

function wireOf(path: string): Wire | undefined {
  if (path.endsWith('/messages')) return anthropic;
  if (path.endsWith('/chat/completions')) return openaiChat;
  if (path.endsWith('/responses')) return openaiResponses;
  return /:(streamGenerateContent|generateContent)$/.test(path) ? gemini : undefined;
}

function json(response: ServerResponse, value: Json, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bodyBytes) throw new Error('the request is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
