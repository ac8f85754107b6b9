/** ACP `terminal/*`: commands of an agent in terminals that people see, and can type into; what they put out is kept. */
import { RequestError } from '@agentclientprotocol/sdk';
import { OffdeskError } from '../base/error.ts';
import type { RawUpdate } from '../protocol/facts.ts';
import { limits } from '../protocol/limits.ts';
import type { AgentTerminal, AgentTerminalWish, ClientTools } from './client-tools.ts';
import { PlainOutput } from './plain-output.ts';

interface Kept {
  terminal: AgentTerminal;
  output: PlainOutput;
  /** As it came, colours included: for people, once the terminal is gone. */
  raw: string;
  exit: { exitCode: number; signal: string | null } | undefined;
  /** It is told in the transcript. */
  told: boolean;
}

export class AgentTerminals {
  readonly #open: NonNullable<ClientTools['terminals']>;
  readonly #update: (update: RawUpdate) => void;
  readonly #kept = new Map<string, Kept>();
  #over = false;

  /** `update`: into the session's transcript, as if the agent had said it. */
  constructor(terminals: NonNullable<ClientTools['terminals']>, update: (update: RawUpdate) => void) {
    this.#open = terminals;
    this.#update = update;
  }

  async create(wish: AgentTerminalWish, outputByteLimit: number | undefined): Promise<string> {
    if (this.#kept.size >= limits.agentTerminals) throw tooMany();
    const terminal = await this.#open.open(wish);
    const most = Math.min(outputByteLimit ?? Infinity, limits.terminalOutputBytes);
    const kept: Kept = { terminal, output: new PlainOutput(most), raw: '', exit: undefined, told: false };
    terminal.onData((data) => {
      kept.output.write(data);
      kept.raw += data;
      // Cut rarely, so that it is not copied for each part of it.
      if (kept.raw.length > 4 * limits.terminalChars) kept.raw = kept.raw.slice(-limits.terminalChars);
    });
    void terminal.exited.then(({ code, signal }) => {
      kept.output.end();
      kept.exit = { exitCode: code, signal: signal ?? null };
      this.#tell(kept);
    });
    this.#kept.set(terminal.id, kept);
    if (this.#over) void this.#end(terminal.id);
    return terminal.id;
  }

  output(id: string) {
    const { output, exit } = this.#get(id);
    return { output: output.text, truncated: output.truncated, exitStatus: exit ?? null };
  }

  async wait(id: string): Promise<NonNullable<Kept['exit']>> {
    const kept = this.#get(id);
    const { code, signal } = await kept.terminal.exited;
    return { exitCode: code, signal: signal ?? null };
  }

  async kill(id: string): Promise<void> {
    await this.#get(id).terminal.kill();
  }

  /** It is known no more; a command that runs is ended. */
  async release(id: string): Promise<void> {
    this.#get(id);
    await this.#end(id);
  }

  /** A tool call may name its terminal. */
  see({ toolCallId, content }: RawUpdate): void {
    if (typeof toolCallId !== 'string' || !Array.isArray(content)) return;
    for (const part of content as { type?: unknown; terminalId?: unknown }[]) {
      if (part?.type !== 'terminal' || typeof part.terminalId !== 'string') continue;
      const kept = this.#kept.get(part.terminalId);
      if (!kept) continue;
      kept.terminal.tool = toolCallId;
      this.#tell(kept);
    }
  }

  /** The agent is gone: so are its commands. */
  async dispose(): Promise<void> {
    this.#over = true;
    await Promise.all([...this.#kept.keys()].map((id) => this.#end(id)));
  }

  async #end(id: string): Promise<void> {
    const kept = this.#kept.get(id);
    if (!kept) return;
    await kept.terminal.kill();
    await kept.terminal.exited;
    this.#tell(kept);
    this.#kept.delete(id);
    await this.#open.close(id);
  }

  /** Once it has ended: the terminal goes, what it showed stays with the tool call. */
  #tell(kept: Kept): void {
    const { terminal, exit, raw, told } = kept;
    const toolCallId = terminal.tool;
    if (!exit || told || toolCallId === undefined) return;
    kept.told = true;
    kept.raw = '';
    const terminal_id = terminal.id;
    const data = raw.slice(-limits.terminalChars).replaceAll('\r\n', '\n');
    this.#update({
      sessionUpdate: 'tool_call_update',
      toolCallId,
      _meta: {
        terminal_info: { terminal_id },
        terminal_output: { terminal_id, data },
        terminal_exit: { terminal_id, exit_code: exit.exitCode, signal: exit.signal },
      },
    });
  }

  #get(id: string): Kept {
    const kept = this.#kept.get(id);
    if (kept) return kept;
    throw RequestError.resourceNotFound(id);
  }
}

function tooMany(): OffdeskError {
  return new OffdeskError(
    'terminal_limit',
    `${limits.agentTerminals} terminals were not released.`,
    'Release those that have ended.',
  );
}
