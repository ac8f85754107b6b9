/** The other end of calls.ts, inside the process: commands from stdin, answers to stdout. */
import { createInterface } from 'node:readline';

/** An error that `work` throws is the answer. */
export function answerCalls<Command extends { do: string }>(
  work: (command: Command) => Promise<object | void>,
): void {
  const lines = createInterface({ input: process.stdin });
  // The benchmark was interrupted: nothing of it stays.
  lines.on('close', () => process.exit());
  lines.on('line', (line) => {
    const { call, ...command } = JSON.parse(line) as { call: number } & Command;
    work(command as unknown as Command).then(
      (answer) => say({ call, ...answer }),
      (error: unknown) => say({ call, failed: error instanceof Error ? error.message : String(error) }),
    );
  });
}

export function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
