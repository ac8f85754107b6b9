/** What another app shares with the installed page, kept by the service worker until the page is open (Web Share Target). */

/** The browser's own store for answers, apart from the shell's. */
export const sharedCache = 'offdesk-shared';
/** Of a kept file. */
export const nameHeader = 'x-offdesk-name';
/** Kept at the most: as many as go with one prompt, each as large as one may be. */
const most = 20;
const mostBytes = 64 * 1024 * 1024;

export interface SharedText {
  text: string;
}

/** Answers with the page, which then looks for it. */
export async function keepShared(request: Request, scope: string): Promise<Response> {
  try {
    const form = await request.formData();
    const cache = await caches.open(sharedCache);
    const kept = (await cache.keys()).length;
    const files = form.getAll('files').filter((value) => value instanceof File);
    const words = ['title', 'text', 'url'].map((field) => form.get(field));
    const text = [...new Set(words.filter((word) => typeof word === 'string' && word !== ''))].join('\n');
    const place = (name: string) => new URL(`shared/${crypto.randomUUID()}/${name}`, scope).href;
    if (text !== '') await cache.put(place('text'), Response.json({ text } satisfies SharedText));
    for (const file of files.slice(0, Math.max(0, most - kept))) {
      if (file.size === 0 || file.size > mostBytes) continue;
      const headers = { 'content-type': file.type, [nameHeader]: encodeURIComponent(file.name) };
      await cache.put(place('file'), new Response(file, { headers }));
    }
  } catch {
    // No room, or not a form: the page opens without it.
  }
  return Response.redirect(scope, 303);
}
