/** Terminal output as coloured pieces of text: colours are read, everything else that a terminal would do is not done. */
import Anser from 'anser';
import { exactText } from './exact-text.ts';

/** `className`: of src/web/style/transcript.css; empty for plain text. */
export interface Piece {
  text: string;
  className: string;
}

/** The end of a line that is overwritten, such as a progress bar's, is what a terminal would show. */
export function piecesOf(text: string): Piece[] {
  const clean = readable(text);
  if (!clean.includes('\u001b')) return clean === '' ? [] : [{ text: exactText(clean), className: '' }];
  const pieces: Piece[] = [];
  for (const entry of Anser.ansiToJson(clean, { use_classes: true, remove_empty: true })) {
    const shown = exactText(entry.content);
    const className = classOf(entry);
    const last = pieces.at(-1);
    if (last?.className === className) last.text += shown;
    else pieces.push({ text: shown, className });
  }
  return pieces;
}

/** Without any sequence, for counting and searching. */
export function plainText(text: string): string {
  return piecesOf(text)
    .map((piece) => piece.text)
    .join('');
}

/** The colours in force at the end of `text`, as the sequences that set them. */
export function carriedColours(text: string): string {
  const found = text.match(colours) ?? [];
  const reset = found.findLastIndex((sequence) => /^\u001b\[0*m$/.test(sequence));
  return found.slice(reset + 1).join('');
}

const colours = /\u001b\[[\d;:]*m/g;
/** OSC, DCS, SOS, PM and APC: titles, the clipboard, links, pictures. One without an end ends with its line. */
const words =
  /(?:\u001b([\]PX^_])|([\u0090\u0098\u009d-\u009f]))([^\u0007\u001b\u009c\n]*)(?:\u0007|\u001b\\|\u009c)?/g;
const csi = /\u001b\[([0-?]*)[ -/]*([@-~])/g;
const unfinished = /\u001b(?:\[[0-?]*[ -/]*)?$/;
const otherEscapes = /\u001b(?:[ -/]*[0-Z\\^-~])/g;

/** Colours, text, tabs and new lines alone. */
function readable(raw: string): string {
  // Most output has none of it.

  if (!/[\u0007\u0008\r\u001b\u0080-\u009f]/.test(raw)) return raw;
  const text = raw
    .replace(words, (_all, seven: string | undefined, _eight, said: string) => named(seven ?? ']', said))
    .replaceAll('\u009b', '\u001b[')
    .replace(csi, (_all, parameters: string, final: string) => {
      if (final === 'm' && /^[\d;:]*$/.test(parameters)) return `\u001b[${plainColours(parameters)}m`;
      // To the beginning of the line.
      return final === 'G' && /^[01]?$/.test(parameters) ? '\r' : '';
    })
    .replace(unfinished, '')
    .replace(otherEscapes, (sequence) => (sequence.startsWith('\u001b[') ? sequence : ''))
    .replaceAll('\u0007', '')
    .replace(/\r+\n/g, '\n');
  return /[\r\u0008]/.test(text) ? text.split('\n').map(overwritten).join('\n') : text;
}

/** Where links of a terminal usually lead; an empty one ends a link. */
const usualLink = /^8;[^;]*;(?:$|https?:|file:|mailto:)/i;

/** Links are their text, marks of a shell and progress are no news; whatever else it wanted to do can be seen. */
function named(introducer: string, said: string): string {
  if (introducer === ']' && usualLink.test(said)) return '';
  if (
    introducer === ']' &&
    /^(?:7|9;4|133|633|1337;(?:CurrentDir|RemoteHost|ShellIntegrationVersion))\b/.test(said)
  )
    return '';
  const start = introducer === '\\' ? '' : `␛${introducer}`;
  return `${start}${said.length > 60 ? `${said.slice(0, 60)}…` : said}`;
}

/** As the library reads them: `;` between, no style of underlines, no colour of them. */
function plainColours(parameters: string): string {
  return parameters
    .replace(/\b58[;:](?:2(?:[;:]\d*){3,4}|5[;:]\d*)/g, '')
    .replace(/\b([34]8):2:\d*:(\d+):(\d+):(\d+)/g, '$1;2;$2;$3;$4')
    .replace(/\b4:(\d+)/g, (_all, style: string) => (style === '0' ? '24' : '4'))
    .replaceAll(':', ';');
}

function overwritten(line: string): string {
  let text = line;

  for (let before = ''; before !== text && text.includes('\u0008');) {
    before = text;
    text = text.replace(/[^\u0008]\u0008/, '').replace(/^\u0008+/, '');
  }
  const parts = text.split('\r');
  // What set a colour before still counts.
  const last = parts.findLastIndex((part) => part.replace(colours, '') !== '');
  return last < 0 ? '' : carriedColours(parts.slice(0, last).join('')) + parts.slice(last).join('');
}

const names = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

function classOf(entry: Anser.AnserJsonEntry): string {
  const fore = nameOf(entry.fg, entry.fg_truecolor);
  const back = nameOf(entry.bg, entry.bg_truecolor);
  const { decorations } = entry;
  const inverted = (entry as { isInverted?: boolean }).isInverted === true;
  return [
    // On a ground the text keeps the ink, which can be read on all of them; black and white are the ink.
    back
      ? `on-${back}`
      : inverted
        ? 'on-white'
        : fore && fore !== 'white' && fore !== 'black'
          ? `in-${fore}`
          : '',
    ...decorations.filter((one) => one === 'bold' || one === 'italic' || one === 'underline'),
    decorations.includes('strikethrough') ? 'struck' : '',
    decorations.includes('dim') || entry.fg === 'ansi-bright-black' ? 'faint' : '',
  ]
    .filter((name) => name !== '')
    .join(' ');
}

/** One of the eight names, of which our own colours are; undefined for the usual ink. */
function nameOf(name: string | null, truecolour: string | null): string | undefined {
  if (!name) return undefined;
  if (name === 'ansi-truecolor') return nearest((truecolour ?? '').split(',').map(Number));
  const palette = /^ansi-palette-(\d+)$/.exec(name);
  if (palette) return nearest(paletteColour(Number(palette[1])));
  return names.find((one) => name.endsWith(one));
}

/** Red, green and blue of a colour of the 256. */
function paletteColour(index: number): number[] {
  if (index >= 232) return [1, 1, 1].map(() => 8 + 10 * (index - 232));
  const cube = index - 16;
  return [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map((n) => (n === 0 ? 0 : 55 + 40 * n));
}

/** By its hue; what has next to none is ink. */
function nearest([red = 0, green = 0, blue = 0]: readonly number[]): string {
  const most = Math.max(red, green, blue);
  const range = most - Math.min(red, green, blue);
  if (most === 0 || range / most < 0.2) return most < 128 ? 'black' : 'white';
  const hue =
    most === red
      ? ((green - blue) / range + 6) % 6
      : most === green
        ? (blue - red) / range + 2
        : (red - green) / range + 4;
  return ['red', 'yellow', 'green', 'cyan', 'blue', 'magenta'][Math.round(hue) % 6]!;
}
