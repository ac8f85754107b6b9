/** What a program may not do with a viewer's terminal: the host answers for all of them, and nothing leaves the screen. */
import type { Terminal } from '@xterm/xterm';

/**
 * Of CSI, by its marks: which kind (DA), where the cursor is (DSR), which mode (DECRQM), which version, the window's size.
 * xterm.js would answer each as if somebody had typed it, once for each viewer.
 */
const questions = [
  { final: 'c' },
  { prefix: '>', final: 'c' },
  { prefix: '=', final: 'c' },
  { final: 'n' },
  { prefix: '?', final: 'n' },
  { intermediates: '$', final: 'p' },
  { prefix: '?', intermediates: '$', final: 'p' },
  { prefix: '>', final: 'q' },
  { final: 't' },
];

/** Titles and icon names, the working folder, the clipboard: taken in and dropped. */
const words = [0, 1, 2, 7, 52];
/** Colours: those that are set are set, those that are asked for are the host's to tell. */
const colours = [4, 10, 11, 12];

export function inert({ parser }: Terminal): void {
  for (const question of questions) parser.registerCsiHandler(question, () => true);
  for (const word of words) parser.registerOscHandler(word, () => true);
  for (const colour of colours) parser.registerOscHandler(colour, (data) => data.includes('?'));
  // DECRQSS: a setting, as it is.
  parser.registerDcsHandler({ intermediates: '$', final: 'q' }, () => true);
}
