/** A process of the harness as its child: JSON lines with commands on stdin, their results on stdout. */
import { createInterface } from 'node:readline';

export interface Command {
  id: number;
  cmd: string;
  [field: string]: unknown;
}

/** `undefined` counts as `null`. Runs until stdin ends, which ends the process: a child never outlives the harness. */
export function obey(handle: (command: Command) => unknown): void {
  createInterface({ input: process.stdin })
    .on('line', (line) => {
      const command = JSON.parse(line) as Command;
      void Promise.resolve()
        .then(() => handle(command))
        .then(
          (result) => reply({ id: command.id, result: result ?? null }),
          (error: unknown) => reply({ id: command.id, error: String((error as Error)?.stack ?? error) }),
        );
    })
    .on('close', () => process.exit(0));
  reply({ ready: process.pid });
}

function reply(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
