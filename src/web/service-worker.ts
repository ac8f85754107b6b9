/** Keeps the shell (page, scripts, styles, icons) by its build's hash, so that the page opens offline, and what other apps share. */
import { keepShared } from './attach/keep-shared.ts';

declare const __BUILD_HASH__: string;
declare const __SHELL__: string[];

interface WaitUntil extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching extends WaitUntil {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
interface Worker {
  readonly registration: { readonly scope: string };
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', listener: (event: WaitUntil) => void): void;
  addEventListener(type: 'fetch', listener: (event: Fetching) => void): void;
}

const worker = self as unknown as Worker;
const prefix = 'offdesk-shell-';
const cacheName = prefix + __BUILD_HASH__;
const pages = ['./', 'manifest.webmanifest', 'icon-192.png', 'favicon.svg'];
const files = [...new Set([...pages, ...__SHELL__])];
/** As the manifest names it. */
const shareAddress = new URL('share', worker.registration.scope).href;
const shell = new Set(files.map((file) => new URL(file, worker.registration.scope).href));

worker.addEventListener('install', (event) => {
  // The browser's own cache may still hold the build before: `no-cache` asks by ETag, so what the page has just
  // loaded does not travel twice.
  const requests = files.map((file) => new Request(file, { cache: 'no-cache' }));
  event.waitUntil(
    caches
      .open(cacheName)
      .then((cache) => cache.addAll(requests))
      .then(() => worker.skipWaiting()),
  );
});

worker.addEventListener('activate', (event) => {
  const old = caches.keys().then((keys) => keys.filter((key) => key.startsWith(prefix) && key !== cacheName));
  event.waitUntil(
    old.then((keys) => Promise.all(keys.map((key) => caches.delete(key)))).then(() => worker.clients.claim()),
  );
});

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  // The relay's own paths and everything that is no part of the shell go to the network untouched.
  const url = new URL(request.url);
  url.search = '';
  url.hash = '';
  if (request.method === 'POST' && url.href === shareAddress) {
    event.respondWith(keepShared(request, worker.registration.scope));
    return;
  }
  if (request.method !== 'GET' || !shell.has(url.href)) return;
  event.respondWith(
    caches
      .open(cacheName)
      .then((cache) => cache.match(url.href))
      .then((kept) => kept ?? fetch(request)),
  );
});
