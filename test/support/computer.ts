/** A computer to look for agents on: one folder, with programs of one's own in it and nothing else. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { Surroundings } from '../../src/agent/places.ts';

export class Computer {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  get home(): string {
    return join(this.#folder, 'home');
  }

  /** A script of sh; returns its full path. `at`: a path below the computer's folder. */
  program(at: string, text = '', mode = 0o755): string {
    const file = this.file(at, `#!/bin/sh\n${text}\n`);
    chmodSync(file, mode);
    return file;
  }

  file(at: string, text: string): string {
    const file = join(this.#folder, at);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  /** With these folders of it on PATH. */
  with(folders: string[], more: Partial<Surroundings> = {}): Surroundings {
    const { env, ...rest } = more;
    return {
      env: { PATH: this.path(folders), ...env },
      ...{ home: this.home, platform: 'linux', shared: [], terminalPath: undefined },
      ...rest,
    };
  }

  path(folders: string[]): string {
    return folders.map((at) => join(this.#folder, at)).join(delimiter);
  }
}
