/** What an agent's words must never become on the page, and what must not have happened. */
import type { Page } from 'playwright-core';

/** Descriptions of what came alive, and of what shows nothing at all; empty where all is well. */
export function alive(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    if ('harmed' in window) found.push('a script ran');
    if (document.title.includes('harmed')) found.push('the title was changed');
    for (const one of document.querySelectorAll('#root *')) {
      if (
        /^(?:SCRIPT|IFRAME|OBJECT|EMBED|FORM|BASE|META|LINK|STYLE)$/.test(one.tagName) &&
        !one.closest('.ask')
      )
        found.push(one.outerHTML.slice(0, 200));
      for (const { name, value } of one.attributes) {
        if (/^on/i.test(name)) found.push(`${name}=${value.slice(0, 100)}`);
        if (name === 'href' && !/^(?:https?|mailto):/i.test(value))
          found.push(`a link to ${value.slice(0, 100)}`);
        if (name === 'src' && !/^data:image\/(?:png|jpeg|gif|webp|avif|bmp);base64,/.test(value))
          found.push(`src=${value.slice(0, 100)}`);
      }
    }
    for (const item of document.querySelectorAll<HTMLElement>('.item')) {
      const text = item.textContent.trim();
      // An open question is read in its card.
      if (item.innerHTML === '' && item.dataset['item']?.startsWith('q:')) continue;
      if (text === '' && !item.querySelector('img, .md a, hr, .i'))
        found.push(`nothing to read: ${item.innerHTML.slice(0, 200)}`);
      if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u202d\u202e]/.test(text))
        found.push(`a control: ${JSON.stringify(text.slice(0, 120))}`);
    }
    return found.slice(0, 10);
  });
}
