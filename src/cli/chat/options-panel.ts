/** Modes, model and all other options of the agent: chosen by arrows; what acts without asking is confirmed. */
import { visible } from '../../base/unseen.ts';
import { controlsOf, currentName, type Control } from '../../transcript/controls.ts';
import type { Conversation } from './conversation.ts';
import { firstOf, linesIn, type Line } from './lines.ts';
import type { Press } from './press.ts';

interface Choice {
  value: string | boolean;
  name: string;
  description: string | undefined;
  risky: boolean;
}

export const riskWords = (name: string): string =>
  `With ${visible(name)} the agent acts without asking you first. y switches to it, n does not.`;

const shownValues = 12;

export class OptionsPanel {
  readonly over = false;
  readonly #chat: Conversation;
  #row = 0;
  /** Of the chosen control, while its values are shown. */
  #value: number | undefined;
  #risk: { control: Control; choice: Choice } | undefined;

  /** `risk`: of this mode, which is asked about at once. */
  constructor(chat: Conversation, risk?: string) {
    this.#chat = chat;
    const [mode] = this.#controls;
    const choice = mode && choicesOf(mode).find(({ value }) => value === risk);
    if (mode && choice) this.#risk = { control: mode, choice };
  }

  get #controls(): Control[] {
    const { modes, configOptions } = this.#chat.transcript;
    return controlsOf(modes, configOptions, 'Mode');
  }

  /** `close`: it has done its work. */
  press({ text, name }: Press): boolean | 'close' {
    if (this.#risk) {
      const { control, choice } = this.#risk;
      if (text !== 'y' && text !== 'n' && name !== 'escape') return true;
      this.#risk = undefined;
      if (text === 'y') this.#set(control, choice, true);
      return text === 'y' ? 'close' : true;
    }
    const controls = this.#controls;
    const control = controls[Math.min(this.#row, controls.length - 1)];
    if (!control) return name === 'escape' ? 'close' : false;
    return this.#value === undefined
      ? this.#pressControl(control, controls.length, name)
      : this.#pressValue(control, this.#value, name, text);
  }

  #pressControl(control: Control, count: number, name: Press['name']): boolean | 'close' {
    switch (name) {
      case 'up':
      case 'down':
        this.#row = (this.#row + (name === 'up' ? -1 : 1) + count) % count;
        return true;
      case 'enter':
      case 'right': {
        const choices = choicesOf(control);
        const now = choices.findIndex(({ value }) => value === control.current);
        if (choices.length > 0) this.#value = Math.max(now, 0);
        return true;
      }
      case 'escape':
        return 'close';
      default:
        return false;
    }
  }

  #pressValue(control: Control, index: number, name: Press['name'], text: string): boolean {
    const choices = choicesOf(control);
    const digit = /^[1-9]$/.test(text) ? Number(text) - 1 : -1;
    switch (name) {
      case 'up':
      case 'down':
        this.#value = (index + (name === 'up' ? -1 : 1) + choices.length) % choices.length;
        return true;
      case 'left':
      case 'escape':
        this.#value = undefined;
        return true;
      default: {
        const choice = choices[name === 'enter' ? index : digit];
        if (!choice) return false;
        this.#value = undefined;
        if (choice.value === control.current) return true;
        if (choice.risky) this.#risk = { control, choice };
        else this.#set(control, choice, false);
        return true;
      }
    }
  }

  #set({ option }: Control, { value }: Choice, confirmed: boolean): void {
    if (option === undefined) this.#chat.setMode(String(value), confirmed);
    else this.#chat.setOption(option, value, confirmed);
  }

  lines(cells: number): Line[] {
    if (this.#risk) return linesIn(riskWords(this.#risk.choice.name), 'warning', cells);
    const controls = this.#controls;
    const head: Line = { text: 'Modes and options', tone: 'own' };
    if (controls.length === 0)
      return [head, ...linesIn('The agent offers no modes or options yet. Esc back', 'quiet', cells)];
    const chosen = Math.min(this.#row, controls.length - 1);
    const rows = controls.flatMap((control, row): Line[] => {
      const here = row === chosen;
      const words = `${here ? '› ' : '  '}${visible(control.name)}: ${visible(currentName(control))}`;
      const line = linesIn(words, here ? 'chosen' : 'plain', cells, 4);
      if (!here) return line;
      if (this.#value === undefined)
        return [
          ...line,
          ...(control.description ? linesIn(`    ${visible(control.description)}`, 'quiet', cells, 4) : []),
        ];
      return [...line, ...this.#valueLines(control, this.#value, cells)];
    });
    const help =
      this.#value === undefined
        ? '↑↓ choose · Enter values · Esc back'
        : '↑↓ or a digit · Enter takes it · Esc back';
    return [head, ...rows, ...linesIn(help, 'quiet', cells)];
  }

  #valueLines(control: Control, index: number, cells: number): Line[] {
    const choices = choicesOf(control);
    const from = Math.max(0, Math.min(index - shownValues + 1, choices.length - shownValues));
    const rows = choices.slice(from).flatMap(({ value, name, description, risky }, row) => {
      const here = from + row === index;
      const digit = from + row < 9 ? `${from + row + 1} ` : '  ';
      const mark = value === control.current ? '●' : '○';
      const risk = risky ? ' (acts without asking)' : '';
      const said = description === undefined ? '' : ` – ${visible(description)}`;
      const words = `  ${here ? '›' : ' '} ${mark} ${digit}${visible(name)}${risk}${said}`;
      return linesIn(words, here ? 'chosen' : risky ? 'warning' : 'plain', cells, 8);
    });
    return firstOf(rows, shownValues * 2);
  }
}

/** None of a kind that this version does not know. */
function choicesOf(control: Control): Choice[] {
  switch (control.kind) {
    case 'select':
      return control.values;
    case 'switch':
      return [
        { value: true, name: 'on', description: undefined, risky: control.risky },
        { value: false, name: 'off', description: undefined, risky: false },
      ];
    case 'unknown':
      return [];
  }
}
