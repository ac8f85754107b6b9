/** What a page said and threw, kept for the test to look at. */
import type { BrowserContext } from 'playwright-core';

export interface PageLog {
  /** Console lines, as `type: text`. */
  readonly console: string[];
  /** Uncaught exceptions, with stacks; webviews and other frames included. */
  readonly exceptions: string[];
  /** Addresses of failed requests and why. */
  readonly failedRequests: string[];
}

/** Collects from every page and frame of a context, from now on. */
export function collectLog(context: BrowserContext): PageLog {
  const log = { console: [] as string[], exceptions: [] as string[], failedRequests: [] as string[] };
  context.on('console', (message) => log.console.push(`${message.type()}: ${message.text()}`));
  context.on('weberror', (error) => log.exceptions.push(error.error().stack ?? error.error().message));
  context.on('requestfailed', (request) =>
    log.failedRequests.push(`${request.method()} ${request.url()} ${request.failure()?.errorText ?? ''}`),
  );
  return log;
}
