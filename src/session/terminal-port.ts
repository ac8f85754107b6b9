/** What a client's methods need of the host's terminals; implemented by the host over src/terminal, and by fakes. */
import type { Disposable } from '../base/disposable.ts';
import type { TerminalOpen, TerminalOutput, TerminalRow, TerminalScreen } from '../protocol/terminals.ts';
import type { ClientIdentity } from './client-port.ts';

export interface TerminalDirectory {
  rows(): TerminalRow[];
  /** In a session's folder, or the host's; resolves with its id. Rejects as protocol/terminals.ts has it. */
  open(
    wish: TerminalOpen,
    place: { cwd: string; session: string } | undefined,
    by: ClientIdentity,
  ): Promise<string>;
  /** Throws `terminal_unknown`, as all below. */
  view(id: string, by: ClientIdentity, told: TerminalTold): TerminalView;
  /** Throws `terminal_unread`, too. What resolves does so once more will be taken: what is long goes piece by piece. */
  input(id: string, data: string, by: ClientIdentity): Promise<void> | undefined;
  resize(id: string, size: { cols: number; rows: number }, by: ClientIdentity): void;
  /** All that ran in it is gone when it resolves. */
  close(id: string): Promise<void>;
}

export interface TerminalTold {
  output(output: Omit<TerminalOutput, 'id'>): void;
  anew(screen: TerminalScreen): void;
}

export interface TerminalView extends Disposable {
  /** What the client begins with. */
  readonly first: TerminalScreen;
  /** Once the client has that. */
  start(): void;
  ack(at: number): void;
}
