/** Keys as the conversation takes them, one at a time, whatever the terminal sent them in. */

/** No key that is known here, and nothing to be written. */
const controls = /(?!\n)\p{Cc}/gu;

export type KeyName =
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'home'
  | 'end'
  | 'enter'
  | 'escape'
  | 'tab'
  | 'backtab'
  | 'backspace'
  | 'delete';

export interface Press {
  /** What was typed or pasted; '' for a named key. */
  text: string;
  name: KeyName | undefined;
  ctrl: boolean;
}

/** What Ink tells of a key. */
export interface InkKey {
  upArrow: boolean;
  downArrow: boolean;
  leftArrow: boolean;
  rightArrow: boolean;
  home: boolean;
  end: boolean;
  return: boolean;
  escape: boolean;
  tab: boolean;
  shift: boolean;
  ctrl: boolean;
  meta: boolean;
  backspace: boolean;
  delete: boolean;
}

/**
 * Ink gives what was read at once as one key: text with keys in it comes apart here. A line feed within is of a pasted
 * text, one at its end is Enter.
 */
export function pressesIn(input: string, key: InkKey): Press[] {
  const name = nameOf(key);
  if (name || key.ctrl) return [{ text: key.ctrl ? input : '', name, ctrl: key.ctrl }];
  if (key.meta || input === '') return [];
  return input.split(/(\t|\r$)/).flatMap((part): Press[] => {
    if (part === '') return [];
    if (part === '\t') return [named('tab')];
    if (part === '\r') return [named('enter')];
    const text = part.replaceAll('\r', '\n').replace(controls, '');
    return text === '' ? [] : [typed(text)];
  });
}

export const named = (name: KeyName): Press => ({ text: '', name, ctrl: false });
export const typed = (text: string): Press => ({ text, name: undefined, ctrl: false });
export const control = (letter: string): Press => ({ text: letter, name: undefined, ctrl: true });

function nameOf(key: InkKey): KeyName | undefined {
  if (key.escape) return 'escape';
  if (key.upArrow) return 'up';
  if (key.downArrow) return 'down';
  if (key.leftArrow) return 'left';
  if (key.rightArrow) return 'right';
  if (key.home) return 'home';
  if (key.end) return 'end';
  if (key.return) return 'enter';
  if (key.tab) return key.shift ? 'backtab' : 'tab';
  // Most terminals send for Backspace what Ink calls Delete.
  if (key.backspace || key.delete) return 'backspace';
  return undefined;
}
