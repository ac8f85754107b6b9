/** What was shared with this page and waits for a session: looked for when the page opens, forgotten once it is attached. */
import { signal } from '@preact/signals';
import { nameHeader, sharedCache, type SharedText } from './keep-shared.ts';

export interface Shared {
  files: { blob: Blob; name: string }[];
  text: string;
}

export const shared = signal<Shared | null>(null);

/** Never rejects. */
export async function lookForShared(): Promise<void> {
  try {
    if (!(await caches.has(sharedCache))) return;
    const cache = await caches.open(sharedCache);
    const found: Shared = { files: [], text: '' };
    for (const request of await cache.keys()) {
      const response = await cache.match(request);
      if (!response) continue;
      if (request.url.endsWith('/text')) {
        const { text } = (await response.json()) as SharedText;
        found.text = [found.text, text].filter(Boolean).join('\n');
      } else {
        const name = decodeURIComponent(response.headers.get(nameHeader) ?? '');
        found.files.push({ blob: await response.blob(), name });
      }
    }
    if (found.files.length > 0 || found.text !== '') shared.value = found;
  } catch {
    // A browser without the store has nothing in it.
  }
}

export async function forgetShared(): Promise<void> {
  await caches.delete(sharedCache).catch(() => false);
}
