/** How the command line shows the host and takes the user's decisions; a terminal and JSON lines are two. */
import type { RemoteHost } from '../host/api.ts';

export interface View {
  attach(host: RemoteHost): void;
  /** The user wants to stop, by a key or a line. */
  onQuit(call: () => void): void;
  /** Starting failed; the sentence itself goes to stderr by `main`. */
  failed(error: unknown): void;
  close(): void;
}
