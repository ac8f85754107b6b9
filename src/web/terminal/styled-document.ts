/** A document whose elements style themselves as a strict content policy allows: xterm.js writes `<style>` and `style=`. */
import type { Terminal } from '@xterm/xterm';

/** Sheets of ours are code, not markup: `style-src 'self'` lets them be. */
export function adoptSheet(css = ''): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  return sheet;
}

function dropSheet(sheet: CSSStyleSheet): void {
  document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
}

/** Its text goes to a sheet of ours; the element itself stays empty. */
function styleElement(): HTMLElement {
  const element = document.createElement('style');
  const sheet = adoptSheet();
  Object.defineProperty(element, 'textContent', { set: (css: string) => sheet.replaceSync(css) });
  element.remove = () => {
    dropSheet(sheet);
    HTMLElement.prototype.remove.call(element);
  };
  return element;
}

/** Colours of a cell that are in no palette are written as an attribute: they are set as properties instead. */
function cellElement(): HTMLElement {
  const element = document.createElement('span');
  element.setAttribute = (name, value) => {
    if (name === 'style') element.style.cssText = value;
    else HTMLElement.prototype.setAttribute.call(element, name, value);
  };
  return element;
}

/** What of xterm.js 6 draws the rows: it asks the page's document for its cells, whatever `documentOverride` is. */
interface Inner {
  _core?: { _renderService?: { _renderer?: { value?: { _rowFactory?: { _document: Document } } } } };
}

/** Once it is open; without this, inverse text is as its ground, and colours of no palette are missing. */
export function styleCells(term: Terminal): void {
  const rows = (term as Inner)._core?._renderService?._renderer?.value?._rowFactory;
  if (rows) rows._document = styledDocument();
}

/** For xterm's `documentOverride`: the page's own, save for how it makes these two elements. */
export function styledDocument(): Document {
  const create = (name: string): HTMLElement => {
    if (name === 'style') return styleElement();
    return name === 'span' ? cellElement() : document.createElement(name);
  };
  return new Proxy(document, {
    get(target, key) {
      if (key === 'createElement') return create;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
