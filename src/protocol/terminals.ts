/** Shared terminals between a client and the host (docs/SPEC.md, O). */
import * as z from 'zod/v4';
import { limits } from './limits.ts';

const id = z.string().min(1).max(128);
/** A place in what a terminal has put out since it began, in UTF-16 units. */
const at = z.number().int().min(0);
const cols = z.number().int().min(2).max(limits.terminalCols);
const rows = z.number().int().min(1).max(limits.terminalRows);

/** A terminal as every client sees it (`ClientState.terminals`). */
export const terminalRow = z.object({
  id: z.string(),
  name: z.string(),
  cwd: z.string(),
  /** Its size is that of the client that typed last. */
  cols: z.number().int(),
  rows: z.number().int(),
  /** Whose size it has, such as `the desk` or a device's name; null as long as nobody's. */
  sizedBy: z.string().nullable(),
  running: z.boolean(),
  /** Once it has ended by itself. */
  exitCode: z.number().int().optional(),
  /** Once it was ended by a signal, such as `SIGKILL`. */
  signal: z.string().optional(),
  /** The session that it belongs to; it ends with it. */
  session: z.string().optional(),
  /** A command of the agent's; its place is the tool call. */
  agent: z.boolean().optional(),
  /** The agent's tool call that runs in it, once that is known. */
  tool: z.string().optional(),
  /** Its program does not read what is typed, and no more is taken until it has read that: `terminal_unread`. */
  unread: z.boolean().optional(),
});
export type TerminalRow = z.infer<typeof terminalRow>;

/** What an input is refused with that its program would not read (limits.terminalUnreadChars); nothing of it is taken. */
export const terminalUnread = {
  code: 'terminal_unread',
  message: 'The program in this terminal does not read what is typed, so no more is taken.',
  next: 'What was typed before waits for it. Go on once it reads, or close the terminal to end it.',
} as const;

/**
 * Needs `control`. Refused with `terminals_missing` where this computer has none, with `terminal_limit`, and with
 * `terminal_failed` where the program did not start.
 */
export const terminalOpenParams = z.object({
  /** In its folder, and it ends with it; without one, in the host's folder. */
  sessionId: z.string().max(128).optional(),
  cols,
  rows,
  name: z.string().min(1).max(limits.titleChars).optional(),
  /** A command line for the user's shell; without it the shell itself. */
  command: z.string().min(1).max(limits.terminalCommandChars).optional(),
});
export type TerminalOpen = z.infer<typeof terminalOpenParams>;
export const terminalOpenResult = z.object({ id: z.string() });

/** Refused with `terminal_unknown`, as everything below, where it is not there (any more: they end with the host). */
export const terminalAttachParams = z.object({ id });
/**
 * `screen`: what to write into an empty xterm.js of this size, so that it looks the same, scrollback included (the
 * last lines of it, limits.terminalScrollback). It shows all up to `at`.
 *
 * What follows comes by `_offdesk/terminal/output`. The host answers what a program asks of its terminal (where the
 * cursor is, which kind it is): a client must not send its own answers, or they come once for each that looks.
 */
export const terminalScreen = z.object({
  at,
  cols: z.number().int(),
  rows: z.number().int(),
  screen: z.string(),
});
export type TerminalScreen = z.infer<typeof terminalScreen>;

/**
 * Host to client, a notification. `data` reaches up to `at`. `size`: from before this data on the terminal has it;
 * resize once all earlier data was parsed.
 */
export const terminalOutput = z.object({
  id,
  at,
  data: z.string(),
  size: z.object({ cols: z.number().int(), rows: z.number().int() }).optional(),
});
export type TerminalOutput = z.infer<typeof terminalOutput>;

/** Host to client, a notification: the client fell behind, and starts anew with an empty screen. */
export const terminalAnew = terminalScreen.extend({ id });
export type TerminalAnew = z.infer<typeof terminalAnew>;

/** A notification: the client has parsed all up to `at`, as an output or a screen had it. Without it nothing more comes. */
export const terminalAckParams = z.object({ id, at });
/**
 * Needs `control`, as the two below. A notification, as from Offdesk's own clients, has no answer and does nothing where
 * a request is refused; the same of a size. Who types has the terminal in its size from then on, if it told one.
 */
export const terminalInputParams = z.object({ id, data: z.string().max(limits.terminalInputChars) });
/** The size that this client shows. The terminal takes it now if this client typed last, or nobody who did is there. */
export const terminalResizeParams = z.object({ id, cols, rows });
export const terminalParams = z.object({ id });
