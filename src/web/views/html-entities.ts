/** HTML entities by the browser's own table: stands in for the package `entities` in the bundles of the web client. */

let reader: HTMLTextAreaElement | undefined;

/**
 * `text`: one entity with its semicolon, such as `&copy;`. Unknown ones come back as they are; the name and
 * meaning are those of `entities`, which markdown-it calls.
 */
export function decodeHTMLStrict(text: string): string {
  reader ??= document.createElement('textarea');
  // Inside a textarea no markup is read, only entities.
  reader.innerHTML = text;
  const decoded = reader.textContent;
  // `&copyfoo;` reads as `&copy` and `foo;` in a page: strictly it is unknown.
  return decoded.length > 1 && decoded.endsWith(';') ? text : decoded;
}
