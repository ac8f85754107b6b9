/** What VS Code's own terminal answers to a program's questions: the host has answered them already, for all that look. */

/** That it has the focus (it is one of several that look); DA, DSR, CPR, DECRPM, the window's size, the keyboard's mode; colours; XTVERSION, DECRQSS and XTGETTCAP: as xterm.js writes them. */
const replies =
  /\u001b\[[?>=]?[\d;]*c|\u001b\[\??\d+(?:;\d+)?n|\u001b\[\??\d+;\d+R|\u001b\[\??\d+;\d+\$y|\u001b\[[IO]|\u001b\[\?\d+u|\u001b\[\d+(?:;\d+)*t|\u001b\](?:4;\d+|1[0-2]);rgb:[\da-f/]+(?:\u0007|\u001b\\)|\u001bP(?:>\||[01][$+]r)[^\u001b]*\u001b\\/gi;
/** F3 with Shift, Alt or Ctrl looks as a cursor in the first row. */
const key = /^\u001b\[1;[2-8]R$/;

/** What was typed, without them. */
export function withoutReplies(data: string): string {
  if (!data.includes('\u001b')) return data;
  return data.replace(replies, (reply) => (key.test(reply) ? reply : ''));
}
