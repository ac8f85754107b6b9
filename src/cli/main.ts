/** The command line: `offdesk remote-control`, `diagnose`, `chat`, `sessions`, `attach`, `relay` and `demo-agent`; each loads what it needs on first use. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { asOffdeskError } from '../base/error.ts';
import { plainLine, plainLines } from '../base/plain-text.ts';
import { agentNames } from '../host/agent-names.ts';
import { tunnelKind } from '../protocol/tunnel.ts';
import { limits } from '../protocol/limits.ts';
import { BUILD } from '../protocol/version.ts';
import type { AttachOptions } from './attach.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import { cliPorts, wishOf, type PortsOptions } from './ports.ts';
import { remoteControl, type RemoteControlOptions } from './remote-control.ts';
import { relay, type RelayCommandOptions } from './relay-command.ts';
import type { SessionsOptions } from './sessions-command.ts';

function port(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
  throw new InvalidArgumentError('A port is a number from 0 to 65535.');
}

function capacity(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= limits.mostSessions) return value;
  throw new InvalidArgumentError(`A number of sessions is one from 1 to ${limits.mostSessions}.`);
}

function folder(text: string, before: string[]): string[] {
  const path = resolve(text);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [...before, path];
  throw new InvalidArgumentError(`${plainLine(path)} is no folder.`);
}

function bound(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError('A bound is a number; 0 is none.');
}

const newest = (): Option =>
  new Option('--continue', 'go on with the newest earlier session of the folder').conflicts('resume');
const ifLive = (): Option =>
  new Option(
    '--if-live <what>',
    'where that session is open in another program: wait until it is closed there, go on in a copy, or go on anyway',
  ).choices(['wait', 'fork', 'anyway']);
const sessionById = "go on with an earlier session: Offdesk's id of it (offdesk sessions) or the agent's";

const program = new Command('offdesk')
  .description('Continue your coding-agent session from a phone, a tablet or any browser.')
  .version(BUILD)
  .exitOverride()
  .showHelpAfterError('Run with --help to see the options.')
  .addHelpText(
    'after',
    `\nExit codes: ${Object.entries(exitCodes)
      .map(([name, code]) => `${code} ${name}`)
      .join(', ')}.`,
  );

program
  .command('remote-control')
  .alias('rc')
  .description('serve the session in a folder to your paired devices')
  .option('--cwd <dir>', 'folder in which the agent works', process.cwd())
  .option('--agent <name>', `${agentNames.join(', ')} (default: the first that is logged in)`)
  .addOption(
    new Option('--agent-command <command>', 'any ACP agent on stdio, as one string: "CMD ARGS"').conflicts(
      'agent',
    ),
  )
  .option('--terminal <command>', 'run any command line in a terminal that your devices share: "CMD ARGS"')
  .option('--relay <url>', 'your own relay; nothing listens on this computer then')
  .addOption(
    new Option(
      '--public-url <url>',
      'an HTTPS address that leads to the embedded relay, such as a tunnel',
    ).conflicts('relay'),
  )
  .addOption(
    new Option('--tunnel <program>', 'run a tunnel here: tailscale serve, or a Cloudflare quick tunnel')
      .choices(tunnelKind.options)
      .conflicts(['relay', 'publicUrl', 'lan']),
  )
  .addOption(
    new Option('--lan', 'also serve devices in the same network, by plain HTTP').conflicts([
      'relay',
      'publicUrl',
    ]),
  )
  .option('--port <n>', 'port of the embedded relay (default: chosen once and kept)', port)
  .option('--name <text>', 'name of this computer on your devices')
  .addOption(
    new Option(
      '--spawn <mode>',
      'where new sessions work: in the folder, in a git worktree each, or nowhere (one session)',
    )
      .choices(['same-dir', 'worktree', 'session'])
      .default('same-dir'),
  )
  .option('--folder <dir>', 'another folder that new sessions may have; as often as needed', folder, [])
  .option('--capacity <n>', 'so many sessions may be open (default: 32)', capacity)
  .option('--mcp', 'the agent gets the MCP servers that the folder names (.vscode/mcp.json)')
  .option('--history-days <n>', 'keep sessions that are over so long (default: 90; 0: for ever)', bound)
  .option('--history-size <MB>', 'keep at most so much of all sessions (default: 2048; 0: all)', bound)
  .option('--verbose', 'log to stderr')
  .option('--json', 'one JSON object a line on stdout; answers are read from stdin')
  .addOption(newest())
  .option('--resume <id>', sessionById)
  .addOption(ifLive())
  .action((options: RemoteControlOptions) => remoteControl(options));

program
  .command('sessions')
  .description('list the sessions that this computer keeps, the one used last first')
  .option('--cwd <dir>', 'those of this folder alone')
  .option('--json', 'one JSON object a line')
  .action(async (options: SessionsOptions) => {
    const { sessions } = await import('./sessions-command.ts');
    await sessions(options);
  });

program
  .command('diagnose')
  .description('look at agent, relay, clock, proxy, storage and versions; prints no secrets')
  .option('--cwd <dir>', 'folder in which the agent works', process.cwd())
  .option('--agent <name>', 'as with remote-control')
  .addOption(new Option('--agent-command <command>', 'any ACP agent on stdio').conflicts('agent'))
  .option('--relay <url>', 'your own relay')
  .addOption(new Option('--public-url <url>', 'an HTTPS address of the embedded relay').conflicts('relay'))
  .action(async (options: PortsOptions) => {
    const { diagnose } = await import('./diagnose-command.ts');
    await diagnose(options);
  });

program
  .command('relay')
  .description('run a relay of your own; it sees sizes and times, never content')
  .option('--host <address>', 'address to listen on', '127.0.0.1')
  .option('--port <n>', 'port to listen on (default: 8443 with TLS, else 8080)', port)
  .option('--tls-cert <file>', 'certificate chain, PEM')
  .option('--tls-key <file>', 'private key, PEM')
  .option('--public-url <url>', 'address by which computers and phones reach it')
  .option('--registration-token <token>', 'computers must name it (or OFFDESK_REGISTRATION_TOKEN)')
  .option('--verbose', 'log to stderr')
  .action((options: RelayCommandOptions) => relay(options));

program
  .command('chat')
  .description('the conversation in this terminal and on your paired devices at once')
  .addHelpText(
    'after',
    '\nKeys: ? lists them in the conversation; Ctrl-Y answers a device that wants to pair; Ctrl-C stops the agent, once more leaves.',
  )
  .requiredOption('--remote-control', 'serve it to your paired devices')
  .option('--cwd <dir>', 'folder in which the agent works', process.cwd())
  .option('--agent <name>', 'as with remote-control')
  .addOption(new Option('--agent-command <command>', 'any ACP agent on stdio').conflicts('agent'))
  .option('--relay <url>', 'your own relay')
  .addOption(new Option('--public-url <url>', 'an HTTPS address of the embedded relay').conflicts('relay'))
  .option('--port <n>', 'port of the embedded relay', port)
  .option('--name <text>', 'name of this computer on your devices')
  .option('--mcp', 'the agent gets the MCP servers that the folder names (.vscode/mcp.json)')
  .addOption(newest())
  .option('--resume <id>', sessionById)
  .addOption(ifLive())
  .action(async (options: PortsOptions) => {
    const [{ chat }, { createRemoteHost }] = await Promise.all([
      import('./chat.tsx'),
      import('../host/core.ts'),
    ]);
    await chat({
      cwd: options.cwd,
      session: wishOf(options),
      createHost: () => createRemoteHost(cliPorts(options)),
    });
  });

program
  .command('attach')
  .description('be an ACP agent on stdio for an editor: it attaches to a session of another computer')
  .option('--invite <link>', 'pair with the computer that made this link; once, then it is remembered')
  .addOption(
    new Option('--scope <scope>', 'what to ask that computer for')
      .choices(['view', 'answer', 'control'])
      .default('answer'),
  )
  .option('--session <id>', 'the session to attach to (default: the live one)')
  .option('--host <name>', 'a paired computer by its name (default: the one used last)')
  .option('--name <text>', 'name of this editor at that computer')
  .option('--verbose', 'log to stderr')
  .action(async (options: AttachOptions) => {
    const { attach } = await import('./attach.ts');
    await attach(options);
  });

program
  .command('demo-agent', { hidden: true })
  .description('the scripted agent that ships with Offdesk, as an ACP agent on stdio')
  .option('--allow-workspace', 'let it edit files of its working directory')
  .action(async (options: { allowWorkspace?: boolean }) => {
    const { runDemoAgent } = await import('../host/core.ts');
    await runDemoAgent({
      stdin: process.stdin,
      stdout: process.stdout,
      allowWorkspace: options.allowWorkspace ?? false,
    });
  });

async function main(): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : exitCodes.usage;
      return;
    }
    const known = asOffdeskError(error);
    process.stderr.write(`offdesk: ${plainLines(known.sentence)}\n`);
    process.exitCode = exitCodeOf(known);
  }
}

void main();
