/** Runs a program as a tunnel is run, until it is killed itself: `holder.ts COMMAND ARGS`. */
import { runProgram } from '../../../src/remote/tunnel/running-program.ts';

const [command = '', ...args] = process.argv.slice(2);
runProgram({ command, args, env: process.env, windowsVerbatimArguments: false }, (line) =>
  process.stdout.write(`${line}\n`),
);
setInterval(() => {}, 60_000);
