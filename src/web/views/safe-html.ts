/** The second lock: DOMPurify over what the Markdown renderer made. */
import DOMPurify from 'dompurify';
import { markdownToHtml } from './markdown.ts';

const allowed = {
  ALLOWED_TAGS: [
    ...['p', 'br', 'hr', 'em', 'strong', 's', 'code', 'pre', 'blockquote', 'a', 'div', 'span'],
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'li', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
  ],
  ALLOWED_ATTR: ['href', 'target', 'rel', 'class', 'start', 'tabindex', 'data-language'],
  // No addresses: without this their values are held against the pattern below, and dropped.
  ADD_URI_SAFE_ATTR: ['target', 'rel', 'start', 'tabindex'],
  ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
};

/** HTML that may be put into the page. */
export function safeHtml(text: string): string {
  return DOMPurify.sanitize(markdownToHtml(text), allowed);
}
