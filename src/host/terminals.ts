/** The host's terminals: which shell runs in them and with what, and what of them clients may see. */
import { basename, resolve } from 'node:path';
import { anyRuns, groupsInTerminal, signalGroups } from '../agent/family.ts';
import type { AgentTerminal, AgentTerminalWish } from '../agent/client-tools.ts';
import { agentEnvironment } from '../agent/process.ts';
import type { Event } from '../base/emitter.ts';
import { asOffdeskError } from '../base/error.ts';
import type { TerminalOpen, TerminalRow } from '../protocol/terminals.ts';
import type { ClientIdentity } from '../session/client-port.ts';
import type { TerminalDirectory, TerminalTold, TerminalView } from '../session/terminal-port.ts';
import { nodePty } from '../terminal/node-pty.ts';
import { Terminals } from '../terminal/terminals.ts';
import type { HostPorts } from './api.ts';
import { sameFolderAs } from './same-folder.ts';

export class HostTerminals implements TerminalDirectory {
  readonly #ports: HostPorts;
  readonly #all: Terminals;
  readonly onChange: Event<void>;

  constructor(ports: HostPorts) {
    this.#ports = ports;
    const { clock, pty = nodePty({ groupsIn: groupsInTerminal, signalGroups, anyRuns }) } = ports;
    this.#all = new Terminals({ pty, clock });
    this.onChange = this.#all.onChange;
  }

  rows(): TerminalRow[] {
    return this.#all.all.map(({ row }) => row);
  }

  async open(
    { cols, rows, name, command }: TerminalOpen,
    place: { cwd: string; session: string } | undefined,
    by: ClientIdentity,
  ): Promise<string> {
    const shell = this.#ports.shell?.() || defaultShell();
    const args = command === undefined ? [] : shellArgs(shell, command);
    const { id } = await this.#all.open({
      ...{ file: shell, args, env: terminalEnvironment(this.#ports), by },
      ...{ name: name ?? command ?? basename(shell), size: { cols, rows } },
      ...{ cwd: place?.cwd ?? this.#ports.cwd, session: place?.session },
    });
    return id;
  }

  available(): Promise<boolean> {
    return this.#all.available();
  }

  /** As the agent says it; a whole line goes to a shell. Nobody is there to leave a pager. */
  async openForAgent(
    { command, args, env, cwd }: AgentTerminalWish & { cwd: string },
    session: string,
  ): Promise<AgentTerminal> {
    const line = args.length === 0 && /[\s|&;<>()$`"'*?#~=%!{}[\]\\]/.test(command);
    const file = process.platform === 'win32' ? defaultShell() : '/bin/sh';
    const shell = { file, args: shellArgs(file, command) };
    return this.#all.open({
      ...(line ? shell : { file: command, args }),
      ...{
        cwd,
        session,
        agent: true,
        size: agentSize,
        name: args[0] === '-c' ? withoutFolder(args[1] ?? '', cwd) : [command, ...args].join(' '),
      },
      env: { ...terminalEnvironment(this.#ports), PAGER: 'cat', GIT_PAGER: 'cat', ...env },
    });
  }

  view(id: string, by: ClientIdentity, told: TerminalTold): TerminalView {
    const terminal = this.#all.get(id);
    const viewer = terminal.view(by, told);
    return {
      first: viewer.first,
      start: () => viewer.start(),
      ack: (at) => viewer.ack(at),
      dispose: () => terminal.leave(viewer),
    };
  }

  input(id: string, data: string, by: ClientIdentity): Promise<void> | undefined {
    return this.#all.get(id).input(data, by);
  }

  resize(id: string, size: { cols: number; rows: number }, by: ClientIdentity): void {
    this.#all.get(id).resize(size, by);
  }

  close(id: string): Promise<void> {
    return this.#all.close(id);
  }

  /** Those of sessions that are not open any more. */
  keepOf(isOpen: (session: string) => boolean): void {
    for (const { id, session } of this.#all.all)
      if (session !== undefined && !isOpen(session)) void this.#all.close(id).catch(this.#failed);
  }

  closeAll(): Promise<void> {
    return this.#all.closeAll();
  }

  /** Nobody waits for its end. */
  readonly #failed = (error: unknown): void =>
    this.#ports.log.write('warn', 'a terminal could not be closed', { code: asOffdeskError(error).code });
}

/** Of a command that nobody looks at yet. */
const agentSize = { cols: 100, rows: 30 };

/** As people would say it: Kimi Code goes into the session's folder first, each time. Any other folder is said. */
function withoutFolder(line: string, cwd: string): string {
  const [way, ...names] = /^cd (?:'([^']*)'|"([^"]*)"|([^\s'"&;]+)) && (?=\S)/.exec(line) ?? [];
  const folder = names.find((name) => name !== undefined);
  if (way === undefined || folder === undefined) return line;
  return sameFolderAs(cwd)(resolve(cwd, folder)) ? line.slice(way.length) : line;
}

/** PowerShell and Git Bash are shells of Windows, too. */
export function shellArgs(shell: string, line: string): string[] | string {
  const isCmd = /(?:^|[\\/])cmd(?:\.exe)?$/i.test(shell);
  // It takes the quotes around the line off and all else as it is; in a list the line's own quotes would be escaped.
  return isCmd ? `/s /c "${line}"` : ['-c', line];
}

function defaultShell(): string {
  const { SHELL, ComSpec } = process.env;
  return process.platform === 'win32' ? ComSpec || 'cmd.exe' : SHELL || '/bin/sh';
}

/** As that of the user's own terminals, without what belongs to Offdesk or to the editor that runs it. */
export function terminalEnvironment({
  terminalPath,
}: Pick<HostPorts, 'terminalPath'>): Record<string, string> {
  const path = terminalPath?.();
  const own = { TERM: 'xterm-256color', COLORTERM: 'truecolor', ...(path && { PATH: path }) };
  const entries = Object.entries(agentEnvironment({ env: own }));
  return Object.fromEntries(
    entries.flatMap(([key, value]) => (value === undefined || editorsOwn.test(key) ? [] : [[key, value]])),
  );
}

/** As VS Code has it for its terminals; and size and multiplexer of a terminal around this process are another's. */
const editorsOwn =
  /^(?:ELECTRON_.*|VSCODE_(?!PORTABLE|SHELL_LOGIN).*|OFFDESK_AGENT_MARK|TMUX|TMUX_PANE|STY|WINDOW|LINES|COLUMNS|TERMCAP)$/;
