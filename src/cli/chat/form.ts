/** A form of the agent's in the terminal: a row a field, filled in by keys, checked before it is sent. */
import { visible } from '../../base/unseen.ts';
import type { Answer } from '../../protocol/facts.ts';
import type { FieldProblem } from '../../transcript/form-check.ts';
import {
  contentOf,
  fieldsOf,
  problemsOf,
  valueOf,
  type Field,
  type FieldValue,
} from '../../transcript/form-fields.ts';
import type { Raw } from '../../transcript/items.ts';
import { LineEditor } from './line-editor.ts';
import { linesIn, type Line } from './lines.ts';
import type { Press } from './press.ts';
import { cut, endOf, startOf } from './wrap.ts';

export class Form {
  readonly #fields: Field[];
  readonly #answer: (answer: Answer) => void;
  readonly #values = new Map<string, FieldValue>();
  readonly #editors = new Map<string, LineEditor>();
  /** A field; then Send, then Decline. */
  #row = 0;
  /** Of a field with several choices: the one that the blank toggles. */
  #choice = 0;
  /** Sent once in vain: from now on every field says what is wrong with it. */
  #tried = false;

  constructor(request: Raw, answer: (answer: Answer) => void) {
    this.#fields = fieldsOf(request);
    this.#answer = answer;
    for (const field of this.#fields)
      if (field.kind === 'text' || field.kind === 'number')
        this.#editors.set(field.name, new LineEditor(field.initial));
  }

  /** False for a key that means nothing here. */
  press(press: Press): boolean {
    const field = this.#fields[this.#row];
    switch (press.name) {
      case 'up':
      case 'backtab':
        return this.#go(-1);
      case 'down':
      case 'tab':
        return this.#go(1);
      case 'enter':
        return this.#enter();
      case undefined:
      default:
        return field !== undefined && this.#change(field, press);
    }
  }

  lines(cells: number): Line[] {
    const problems = this.#tried ? problemsOf(this.#fields, this.#values) : new Map<string, FieldProblem>();
    const rows = this.#fields.flatMap((field, index): Line[] => {
      const problem = problems.get(field.name);
      const here = index === this.#row;
      const title = `${visible(field.title)}${field.required ? ' (required)' : ''}`;
      return [
        ...linesIn(`${here ? '› ' : '  '}${title}`, here ? 'chosen' : 'plain', cells, 2),
        ...(field.description === undefined
          ? []
          : linesIn(`    ${visible(field.description)}`, 'quiet', cells, 4)),
        ...this.#inputLines(field, here, cells),
        ...(problem ? linesIn(`    ${problemWords(problem)}`, 'bad', cells, 4) : []),
      ];
    });
    const [send, decline] = ['Send', 'Decline'].map((word, index) => {
      const here = this.#row === this.#fields.length + index;
      return {
        text: `${here ? '› ' : '  '}[ ${word} ]`,
        tone: here ? ('chosen' as const) : ('plain' as const),
      };
    });
    return [...rows, send!, decline!, ...linesIn(this.#help(), 'quiet', cells)];
  }

  #help(): string {
    const field = this.#fields[this.#row];
    const keys =
      field?.kind === 'choice'
        ? 'a digit chooses · '
        : field?.kind === 'choices'
          ? 'digits choose · '
          : field?.kind === 'boolean'
            ? 'space switches · '
            : '';
    return `${keys}↑↓ field · Enter goes on · Esc stops the agent`;
  }

  #inputLines(field: Field, here: boolean, cells: number): Line[] {
    const value = valueOf(field, this.#values);
    switch (field.kind) {
      case 'text':
      case 'number':
        return [editorLine(this.#editors.get(field.name)!, here, cells)];
      case 'boolean':
        return [{ text: `    ${value === true ? '[x] yes' : '[ ] no'}`, tone: 'plain' }];
      case 'choice':
      case 'choices':
        return field.choices.flatMap(({ value: choice, title, description }, index) => {
          const chosen = Array.isArray(value) ? value.includes(choice) : value === choice;
          const mark = field.kind === 'choice' ? (chosen ? '●' : '○') : chosen ? '[x]' : '[ ]';
          const digit = index < 9 ? `${index + 1} ` : '  ';
          const at = here && field.kind === 'choices' && index === this.#choice ? '›' : ' ';
          const said = description === undefined ? '' : ` – ${visible(description)}`;
          return linesIn(
            `   ${at}${mark} ${digit}${visible(title)}${said}`,
            chosen ? 'chosen' : 'plain',
            cells,
            8,
          );
        });
    }
  }

  #go(by: -1 | 1): true {
    const rows = this.#fields.length + 2;
    // Not from the first to Decline.
    this.#row = Math.max(0, Math.min(this.#row + by, rows - 1));
    this.#choice = 0;
    return true;
  }

  /** On the last field it sends, as on Send: a form of one field is answered by one Enter. */
  #enter(): true {
    if (this.#row < this.#fields.length - 1) return this.#go(1);
    if (this.#row === this.#fields.length + 1) this.#answer({ action: 'decline' });
    else this.#send();
    return true;
  }

  #send(): void {
    const content = contentOf(this.#fields, this.#values);
    if (content) return this.#answer({ action: 'accept', content });
    this.#tried = true;
    const problems = problemsOf(this.#fields, this.#values);
    this.#row = this.#fields.findIndex(({ name }) => problems.has(name));
  }

  #change(field: Field, press: Press): boolean {
    switch (field.kind) {
      case 'text':
      case 'number': {
        const editor = this.#editors.get(field.name)!;
        const used = editor.press({ ...press, text: press.text.replaceAll('\n', ' ') });
        this.#values.set(field.name, editor.text);
        return used;
      }
      case 'boolean':
        if (press.text !== ' ' && press.name !== 'left' && press.name !== 'right') return false;
        this.#values.set(field.name, valueOf(field, this.#values) !== true);
        return true;
      case 'choice':
      case 'choices':
        return this.#choose(field, press);
    }
  }

  #choose(field: Extract<Field, { kind: 'choice' | 'choices' }>, { text, name }: Press): boolean {
    const by = name === 'right' ? 1 : name === 'left' ? -1 : 0;
    const { choices } = field;
    const value = valueOf(field, this.#values);
    const now = Array.isArray(value) ? this.#choice : choices.findIndex((choice) => choice.value === value);
    const index =
      by !== 0 ? (now + by + choices.length) % choices.length : text === ' ' ? now : Number(text) - 1;
    const choice = choices[index]?.value;
    if (choice === undefined || (by === 0 && text === '')) return false;
    this.#choice = index;
    if (!Array.isArray(value)) this.#values.set(field.name, choice);
    else if (by === 0) {
      const chosen = new Set(value);
      if (!chosen.delete(choice)) chosen.add(choice);
      // In the schema's order, whatever the order of the keys.
      this.#values.set(
        field.name,
        choices.map((one) => one.value).filter((one) => chosen.has(one)),
      );
    }
    return true;
  }
}

/** The end of the text where it is longer than the line. */
function editorLine(editor: LineEditor, here: boolean, cells: number): Line {
  if (!here) return { text: cut(`    ${editor.text || '–'}`, cells), tone: 'plain' };
  const { before, at, after } = editor.parts;
  const shown = endOf(before, Math.max(cells - 7, 4));
  const text = startOf(`    ${shown}${at}${after}`, cells - 1);
  return { text, tone: 'own', place: { from: 4 + shown.length, to: 4 + shown.length + at.length } };
}

export function problemWords(problem: FieldProblem): string {
  switch (problem.kind) {
    case 'required':
      return 'Please fill this in.';
    case 'email':
      return 'This is no e-mail address, such as name@example.org.';
    case 'uri':
      return 'This is no address, such as https://example.org.';
    case 'date':
      return 'This is no date, such as 2026-11-30.';
    case 'date-time':
      return 'This is no date with a time, such as 2026-11-30T12:00.';
    case 'number':
      return 'This is no number.';
    case 'whole':
      return 'This must be a whole number.';
    case 'choice':
      return 'Choose one of these.';
    case 'short':
      return `At least ${problem.limit} characters, please.`;
    case 'long':
      return `At most ${problem.limit} characters, please.`;
    case 'low':
      return `This must be at least ${problem.limit}.`;
    case 'high':
      return `This must be at most ${problem.limit}.`;
    case 'few':
      return `Choose at least ${problem.limit}.`;
    case 'many':
      return `Choose at most ${problem.limit}.`;
  }
}
