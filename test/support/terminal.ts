/** A real terminal of a given size for a program under test: keys go in, the screen comes out (tmux). */
import jsQR from 'jsqr';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, start, type TestProcess } from './processes.ts';
import { tempFolder } from './temp-folder.ts';
import { eventually } from './wait.ts';

export interface TerminalOptions {
  cwd?: string;
  columns?: number;
  rows?: number;
  env?: Record<string, string | undefined>;
}

const target = 'program';

export class Terminal {
  readonly #server: TestProcess;
  readonly #socket: string;
  /** Holds the exit code in the end. */
  readonly #ended: string;

  private constructor(server: TestProcess, socket: string) {
    this.#server = server;
    this.#socket = socket;
    this.#ended = `${socket}.ended`;
  }

  /** Runs the command line in a new terminal, which stays as it is when the program ends. */
  static async open(command: string[], options: TerminalOptions = {}): Promise<Terminal> {
    const { cwd = tempFolder(), columns = 100, rows = 60, env } = options;
    const socket = join(tempFolder('od-tmux'), 's');
    // In the foreground, so that it and what runs in it end with the test.
    const server = start('tmux', ['-u', '-D', '-S', socket, '-f', '/dev/null'], {
      name: 'terminal',
      env: { LANG: 'C.UTF-8', TERM: 'xterm-256color', TMUX: undefined, ...env },
    });
    const terminal = new Terminal(server, socket);
    try {
      await eventually(() => terminal.#tmux('set', '-g', 'remain-on-exit', 'on'), { what: 'the terminal' });
      const words = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
      const size = ['-x', String(columns), '-y', String(rows)];
      await terminal.#tmux(
        'new-session',
        '-d',
        '-s',
        target,
        ...size,
        '-c',
        cwd,
        `${words}; echo $? > '${terminal.#ended}'`,
      );
      return terminal;
    } catch (error) {
      await terminal.close();
      throw error;
    }
  }

  /** What is on the screen and was scrolled off it; long lines are whole again. */
  text(): Promise<string> {
    return this.#tmux('capture-pane', '-p', '-J', '-S', '-', '-t', target);
  }

  /** The visible rows, as they are. */
  async screen({ colours = false } = {}): Promise<string[]> {
    const args = colours ? ['-e'] : [];
    return (await this.#tmux('capture-pane', '-p', ...args, '-t', target)).replace(/\n$/, '').split('\n');
  }

  /** Waits until the text fits, and returns it. */
  async shows(wanted: string | RegExp, timeoutMs = 30_000): Promise<string> {
    const fits = (text: string): boolean =>
      typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text);
    let text = '';
    await eventually(async () => fits((text = await this.text())), {
      what: `the terminal to show ${wanted}`,
      timeoutMs,
    }).catch((error: unknown) => {
      throw new Error(`${(error as Error).message}\n${text}`, { cause: error });
    });
    return text;
  }

  /** Key names of tmux, such as `y`, `Space`, `C-c`. */
  async press(...keys: string[]): Promise<void> {
    await this.#tmux('send-keys', '-t', target, ...keys);
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.#tmux('resize-window', '-t', target, '-x', String(columns), '-y', String(rows));
  }

  /** The program's exit code, once it has ended. */
  exitCode(timeoutMs = 30_000): Promise<string> {
    const look = (): string | undefined =>
      existsSync(this.#ended) ? readFileSync(this.#ended, 'utf8').trim() : undefined;
    return eventually(look, { what: 'the program in the terminal to end', timeoutMs });
  }

  /** Processes of the program in it. */
  leftovers(): ReturnType<TestProcess['leftovers']> {
    return this.#server.leftovers().filter(({ command }) => !/^(tmux|sh) /.test(command));
  }

  async close(): Promise<void> {
    await this.#server.stop('SIGTERM');
  }

  async #tmux(...args: string[]): Promise<string> {
    const { stdout } = await run('tmux', ['-u', '-S', this.#socket, ...args], {
      env: { LANG: 'C.UTF-8', TMUX: undefined },
    });
    return stdout || ' ';
  }
}

/** Reads the QR code that rows of half blocks show, as a camera would see it; undefined where there is none. */
export function qrOf(rows: readonly string[]): string | undefined {
  const lines = rows.filter((row) => /^[ ▀▄█]*[▀▄█][ ▀▄█]*$/.test(row));
  const width = Math.max(0, ...lines.map((line) => line.length));
  if (width < 21) return undefined;
  const modules = lines.flatMap((line) => [
    [...line.padEnd(width)].map((half) => half === '█' || half === '▀'),
    [...line.padEnd(width)].map((half) => half === '█' || half === '▄'),
  ]);
  const scale = 4;
  const edge = 4;
  const columns = (width + 2 * edge) * scale;
  const height = (modules.length + 2 * edge) * scale;
  const pixels = new Uint8ClampedArray(columns * height * 4).fill(255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < columns; x++) {
      if (!modules[Math.floor(y / scale) - edge]?.[Math.floor(x / scale) - edge]) continue;
      pixels.fill(0, (y * columns + x) * 4, (y * columns + x) * 4 + 3);
    }
  }
  const read = (jsQR as unknown as { default?: typeof jsQR }).default ?? jsQR;
  return read(pixels, columns, height)?.data;
}
