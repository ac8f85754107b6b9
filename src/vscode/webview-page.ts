/** The webview's HTML: one script with a nonce, nothing inline, nothing from elsewhere. */

export interface PageParts {
  /** vscode.Webview.cspSource */
  source: string;
  /** Fresh for each page; base64url. */
  nonce: string;
  script: string;
  style: string;
  title: string;
  /** BCP 47. */
  language: string;
}

export function webviewPage(parts: PageParts): string {
  const { source, nonce } = parts;
  const policy = [
    `default-src 'none'`,
    // The script's chunks are imported from the extension's folder, where no nonce applies.
    `script-src 'nonce-${nonce}' ${source}`,
    `style-src ${source}`,
    `img-src ${source} data: blob:`,
    `font-src ${source}`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  return `<!doctype html>
<html lang="${escape(parts.language)}">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${escape(policy)}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${escape(parts.title)}</title>
    <link rel="stylesheet" href="${escape(parts.style)}">
  </head>
  <body>
    <div id="root"></div>
    <script type="module" nonce="${escape(nonce)}" src="${escape(parts.script)}"></script>
  </body>
</html>
`;
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
