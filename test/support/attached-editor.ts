/** `offdesk attach` as an editor has it: a child process with the SDK's own client on its stdio. */
import { Readable, Writable } from 'node:stream';
import { ndJsonStream } from '@agentclientprotocol/sdk';
import { AcpProbe, type ProbeOptions } from './acp-probe.ts';
import { cliPath } from './paths.ts';
import { start, type TestProcess } from './processes.ts';
import type { QuietNetwork } from './quiet-network.ts';

export interface EditorOptions extends ProbeOptions {
  args: string[];
  env: Record<string, string | undefined>;
  baseEnv?: NodeJS.ProcessEnv;
  network?: QuietNetwork;
}

export class AttachedEditor {
  readonly process: TestProcess;
  readonly probe: AcpProbe;
  /** Lines on stdout that are no JSON-RPC. */
  readonly strange: string[] = [];

  constructor({ args, env, baseEnv, network, ...probe }: EditorOptions) {
    const line = [process.execPath, cliPath, 'attach', ...args] as const;
    const [command, words] = network ? network.command(...line) : [line[0], line.slice(1)];
    this.process = start(command, words, { name: 'offdesk attach', env, ...(baseEnv ? { baseEnv } : {}) });
    this.probe = new AcpProbe(
      ndJsonStream(Writable.toWeb(this.process.stdin), this.#lines() as ReadableStream<Uint8Array>),
      probe,
    );
  }

  #lines(): ReadableStream {
    const { stdout } = this.process;
    let read = 0;
    const strange = this.strange;
    return Readable.toWeb(
      new Readable({
        read() {
          const look = (): void => {
            const lines = stdout.lines.slice(read);
            read += lines.length;
            for (const line of lines) {
              if (!line.startsWith('{"jsonrpc":"2.0"')) strange.push(line);
              this.push(Buffer.from(`${line}\n`));
            }
            if (lines.length === 0) setTimeout(look, 5).unref();
          };
          look();
        },
      }),
    ) as ReadableStream;
  }
}
