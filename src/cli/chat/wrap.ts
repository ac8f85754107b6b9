/** Text in the cells of a terminal: how many it takes, and where its lines break. */

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
const simple = /^[\x20-\x7e]*$/;
/** Unicode's East Asian wide and fullwidth blocks, and emoji. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
/** Would redraw the terminal, whoever wrote it. */
const controls = /(?!\n)\p{Cc}/gu;
const invisible = /^[\p{M}\p{Cf}\p{Cc}]+$/u;

const graphemes = (text: string): string[] =>
  simple.test(text) ? [...text] : [...segmenter.segment(text)].map(({ segment }) => segment);

function cellsOf(grapheme: string): number {
  if (invisible.test(grapheme)) return 0;
  return wide.test(grapheme) ? 2 : 1;
}

/** All that is drawn goes through this or through `wrapText`. Characters keep their places. */
export const inert = (text: string): string => text.replace(controls, ' ');

/** One line of at most so many cells; what is cut off is marked. */
export function cut(text: string, cells: number): string {
  const [line = '', ...more] = wrapText(text, cells);
  return more.length === 0 ? line : `${startOf(text, cells - 1)}…`;
}

/** As much of its beginning as fits into so many cells. */
export function startOf(text: string, cells: number): string {
  return fitting(graphemes(inert(text).replaceAll('\n', ' ')), cells).join('');
}

/** As much of its end as fits into so many cells. */
export function endOf(text: string, cells: number): string {
  const backwards = graphemes(inert(text).replaceAll('\n', ' ')).toReversed();
  return fitting(backwards, cells).toReversed().join('');
}

function fitting(all: readonly string[], cells: number): readonly string[] {
  let taken = 0;
  const end = all.findIndex((grapheme) => (taken += cellsOf(grapheme)) > cells);
  return end < 0 ? all : all.slice(0, end);
}

/**
 * Lines of at most `cells`, broken between words where there are any; each that goes on is indented by `hang` blanks.
 */
export function wrapText(text: string, cells: number, hang = 0): string[] {
  return text
    .split('\n')
    .flatMap((line) => wrapLine(inert(line.replaceAll('\t', '  ')), Math.max(cells, 8), hang));
}

function wrapLine(line: string, cells: number, hang: number): string[] {
  if (line.length <= cells && simple.test(line)) return [line];
  const lines: string[] = [];
  let now = '';
  let taken = 0;
  /** Where the last word of `now` begins, and the cells before it. */
  let word = { at: 0, cells: 0 };
  for (const grapheme of graphemes(line)) {
    const more = cellsOf(grapheme);
    if (taken + more > cells) {
      const indent = ' '.repeat(hang);
      // A word that alone is too long breaks where the line ends.
      const begins = lines.length > 0 ? hang : line.length - line.trimStart().length;
      const fits = hang + taken - word.cells + more <= cells;
      const kept = word.at > begins && fits && grapheme !== ' ' ? word.at : now.length;
      lines.push(now.slice(0, kept).trimEnd());
      taken = kept === now.length ? hang : hang + taken - word.cells;
      now = indent + now.slice(kept);
      word = { at: hang, cells: hang };
      if (grapheme === ' ') continue;
    }
    // What separated two words does not begin a line.
    if (grapheme === ' ' && lines.length > 0 && taken === hang) continue;
    now += grapheme;
    taken += more;
    if (grapheme === ' ') word = { at: now.length, cells: taken };
  }
  lines.push(now);
  return lines;
}
