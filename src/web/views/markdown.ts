/** Markdown of agents as HTML: raw HTML stays text, and links lead to the web or to a mail program only. */
import MarkdownIt from 'markdown-it';

const linkSchemes = /^(https?|mailto):/i;

const markdown = new MarkdownIt({ html: false, linkify: true, breaks: false });
// Relative links have nowhere to lead here; `javascript:`, `command:`, `file:` and `data:` must not work.
markdown.validateLink = (url) => linkSchemes.test(url.trim());
// A picture from the network would tell its server that the conversation is being read.
markdown.disable('image');
// Bare names such as `billing.ts` are files far more often than addresses.
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false });

const { rules } = markdown.renderer;
rules['link_open'] = (tokens, index, options, _env, self) => {
  const token = tokens[index];
  // `[x]()` passes the validation above, with nothing to lead to.
  if (!linkSchemes.test(String(token?.attrGet('href') ?? ''))) return '<a>';
  token?.attrSet('target', '_blank');
  token?.attrSet('rel', 'noopener noreferrer');
  return self.renderToken(tokens, index, options);
};
// Wide tables and code scroll in a box of their own.
rules['table_open'] = () => '<div class="scroll" tabindex="0"><table>\n';
rules['table_close'] = () => '</table></div>\n';
rules['fence'] = (tokens, index) => {
  const token = tokens[index];
  const language = /^[\w+#.-]+/.exec(token?.info.trim() ?? '')?.[0] ?? '';
  return codeBlock(token?.content ?? '', language.toLowerCase());
};
rules['code_block'] = (tokens, index) => codeBlock(tokens[index]?.content ?? '', '');

function codeBlock(text: string, language: string): string {
  const escape = markdown.utils.escapeHtml;
  return `<pre class="code" tabindex="0" data-language="${escape(language)}"><code>${escape(text)}</code></pre>\n`;
}

/** Before sanitising; `safeHtml` is the second lock on the same door. */
export function markdownToHtml(text: string): string {
  return markdown.render(text);
}
