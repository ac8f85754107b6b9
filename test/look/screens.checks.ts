/** What a picture must hold up to: not blank, nothing wider than the screen, AA contrast, targets for a thumb. */
import assert from 'node:assert/strict';
import { inflateSync } from 'node:zlib';
import type { Locator } from 'playwright-core';

export interface Demands {
  /** Check that controls can be hit with a thumb: 44 by 44 CSS pixels. */
  touch: boolean;
  /**
   * Check colours. Not with forced colours, where the browser chooses them and paints a ground behind texts that the
   * page cannot see.
   */
  contrast: boolean;
}

/** Problems as sentences; empty when all is well. The page, whose `body` is given, is shown and still. */
export async function problemsOf(body: Locator, demands: Demands): Promise<string[]> {
  return (await body.evaluate(`(${inspect})(${JSON.stringify(demands)})`)) as string[];
}

/** Pixels of a picture that differ from their neighbours; of a blank one, hardly any. */
const drawnPixels = 1_000;

/** By what the PNG's filters leave: rows without anything on them are all zeros (RFC 2083, section 6). */
export function assertNotBlank(png: Buffer, name: string): void {
  const data: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at))
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
      data.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  const drawn = inflateSync(Buffer.concat(data)).filter((byte) => byte > 4).length / 3;
  assert.ok(drawn >= drawnPixels, `${name} is blank: ${Math.round(drawn)} pixels`);
}

/**
 * Runs in the page. A text, since what compiles the tests adds calls of its own to functions, which a page does not
 * have.
 */
const inspect = String.raw`(demands) => {
  const problems = [];
  const nameOf = (element) => {
    const words = (element.getAttribute('aria-label') || element.textContent || element.className || '').trim();
    return element.tagName.toLowerCase() + ' "' + words.replace(/\s+/g, ' ').slice(0, 40) + '"';
  };
  const isVisible = (element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
    !element.closest('.hidden') &&
    element.getClientRects().length > 0;
  const all = [...document.body.querySelectorAll('*')].filter(isVisible);

  // Width: of the page, and of what no box of its own scrolls.
  // Not innerWidth: a phone zooms out to show what is too wide, and counts that.
  const { clientWidth, scrollWidth } = document.documentElement;
  const over = scrollWidth - clientWidth;
  if (over > 0) problems.push('the page is ' + over + ' px too wide');
  const scrolls = (element) => {
    for (let box = element.parentElement; box && box !== document.body; box = box.parentElement)
      if (/auto|scroll|hidden|clip/.test(getComputedStyle(box).overflowX)) return true;
    return false;
  };
  for (const element of all) {
    const { left, right } = element.getBoundingClientRect();
    if ((right > clientWidth + 0.5 || left < -0.5) && !scrolls(element))
      problems.push(nameOf(element) + ' leaves the screen: ' + Math.round(left) + ' to ' + Math.round(right));
  }

  // Contrast (WCAG 2.2, 1.4.3): each element that has text of its own.
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const cache = new Map();
  const rgba = (colour) => {
    if (!cache.has(colour)) {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
      cache.set(colour, [r, g, b, a / 255]);
    }
    return cache.get(colour);
  };
  const over2 = (top, ground) => [0, 1, 2].map((i) => top[i] * top[3] + ground[i] * (1 - top[3]));
  const groundOf = (element) => {
    const layers = [];
    for (let box = element; box; box = box.parentElement) {
      const colour = rgba(getComputedStyle(box).backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
    }
    const page = matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18] : [255, 255, 255];
    return layers.reverse().reduce((ground, layer) => over2(layer, ground), page);
  };
  const luminance = (colour) => {
    const [r, g, b] = colour.map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => {
    const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };
  const opacityOf = (element) => {
    let opacity = 1;
    for (let box = element; box; box = box.parentElement) opacity *= Number(getComputedStyle(box).opacity);
    return opacity;
  };
  const check = (element, style, words) => {
    const ground = groundOf(element);
    const colour = rgba(style.color);
    const ink = over2([...colour.slice(0, 3), colour[3] * opacityOf(element)], ground);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const found = ratio(ink, ground);
    if (found < (large ? 3 : 4.5) - 0.01)
      problems.push(nameOf(element) + words + ' has a contrast of ' + found.toFixed(2));
  };
  if (demands.contrast)
    for (const element of all) {
      if (element.closest(':disabled, [aria-disabled=true], [aria-hidden=true], svg')) continue;
      const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '');
      if (own) check(element, getComputedStyle(element), '');
      if (element.placeholder && !element.value)
        check(element, getComputedStyle(element, '::placeholder'), "'s placeholder");
    }

  // Targets (44 px): by its box, its label's box, or what a finger beside it would hit.
  const hits = (element, x, y) => {
    const hit = document.elementFromPoint(x, y);
    return hit !== null && (element.contains(hit) || hit.closest('label')?.control === element);
  };
  const controls = 'button, a[href], input, select, textarea, summary, [role=button], [role=option]';
  if (demands.touch)
    for (const element of all.filter((candidate) => candidate.matches(controls))) {
      // Links in running text are as high as their line.
      if (element.matches('a') && element.closest('p, li, td, th')) continue;
      const boxes = [element, ...(element.labels ?? [])].map((box) => box.getBoundingClientRect());
      const [width, height] = ['width', 'height'].map((side) => Math.max(...boxes.map((box) => box[side])));
      if (width >= 43.5 && height >= 43.5) continue;
      const { left, top, right, bottom } = boxes[0];
      const [x, y] = [(left + right) / 2, (top + bottom) / 2];
      if (y < 22 || y > innerHeight - 22) continue;
      const beside = [[x - 21, y], [x + 21, y], [x, y - 21], [x, y + 21]];
      if (!beside.every(([px, py]) => hits(element, Math.min(Math.max(px, 1), innerWidth - 1), py)))
        problems.push(nameOf(element) + ' is ' + Math.round(width) + ' by ' + Math.round(height) + ' px');
    }
  return [...new Set(problems)];
}`;
