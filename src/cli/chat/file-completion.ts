/** Files that `@` finds for the draft: chosen by the arrows and Tab or Enter. */
import { Newest } from '../../base/newest.ts';
import { visible } from '../../base/unseen.ts';
import type { PromptBlock } from '../../protocol/facts.ts';
import type { FilesResult } from '../../protocol/methods.ts';
import { fileTokenAt, linksOf, withMention, type Chosen, type FileToken } from '../../transcript/mention.ts';
import type { LineEditor } from './line-editor.ts';
import type { Line } from './lines.ts';
import type { Press } from './press.ts';
import { cut } from './wrap.ts';

const shownFiles = 6;

export class FileCompletion {
  readonly #draft: LineEditor;
  readonly #newest: Newest<string, FilesResult['files']>;
  readonly #changed: () => void;
  #chosen: Chosen[] = [];
  #token: FileToken | undefined;
  #found: FilesResult['files'] = [];
  #active = 0;
  #asked = 0;

  constructor(
    draft: LineEditor,
    find: (query: string, limit: number) => Promise<FilesResult['files']>,
    changed: () => void,
  ) {
    this.#draft = draft;
    this.#newest = new Newest((query: string) => find(query, shownFiles));
    this.#changed = changed;
  }

  /** True when it used the key. */
  press({ name, ctrl }: Press): boolean {
    const count = this.#found.length;
    const file = this.#found[this.#active];
    if (ctrl || !file || !this.#token) return false;
    if (name === 'up' || name === 'down')
      this.#active = (this.#active + (name === 'up' ? -1 : 1) + count) % count;
    else if (name === 'escape') this.close();
    else if (name === 'tab' || name === 'enter') {
      const { text, caret } = withMention(this.#draft.text, this.#token, file.path);
      this.#draft.set(text, caret);
      this.#chosen = [
        ...this.#chosen.filter(({ path }) => path !== file.path),
        { path: file.path, uri: file.uri },
      ];
      this.look();
    } else return false;
    return true;
  }

  /** The draft has changed. */
  look(): void {
    this.close();
    const token = fileTokenAt(this.#draft.text, this.#draft.place);
    if (!token) return;
    const asked = this.#asked;
    this.#newest.ask(token.query).then(
      (files) => {
        if (asked !== this.#asked) return;
        this.#token = token;
        // A folder that stands there already is not chosen once more.
        this.#found = files.filter(({ path }) => path !== token.query);
        this.#changed();
      },
      () => {},
    );
  }

  close(): void {
    this.#asked++;
    this.#token = undefined;
    this.#found = [];
    this.#active = 0;
  }

  /** To what the text names; what was chosen is forgotten. */
  take(text: string): PromptBlock[] {
    const links = linksOf(text, this.#chosen);
    this.#chosen = [];
    this.close();
    return links;
  }

  lines(cells: number): Line[] {
    return this.#found.map(({ path, recent }, index) => {
      const here = index === this.#active;
      const text = `${here ? '› ' : '  '}${visible(path.replaceAll('\n', ' '))}${recent ? ' – recent' : ''}`;
      return { text: cut(text, cells), tone: here ? ('chosen' as const) : ('quiet' as const) };
    });
  }
}
