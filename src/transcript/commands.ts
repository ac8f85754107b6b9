/** Slash commands as they are typed: the agent's, Offdesk's own, and those that only the agent's own terminal knows. */
import type { Raw } from './items.ts';

export interface Command {
  /** Without the slash. Some agents have several words in it. */
  name: string;
  description: string;
  /** What may follow, as the agent puts it; empty where nothing may. */
  hint: string;
  /** Offdesk's own: it does not go to the agent. */
  own: boolean;
}

/** ACP's AvailableCommand; Offdesk's own ones stand in for the agent's of the same name. */
export function commandsOf(available: readonly Raw[], own: readonly Command[]): Command[] {
  const taken = new Set(own.map(({ name }) => name));
  const theirs = available.flatMap((raw): Command[] => {
    const name = typeof raw['name'] === 'string' ? raw['name'].replace(/^\//, '').trim() : '';
    if (name === '' || taken.has(name)) return [];
    taken.add(name);
    const input = raw['input'];
    const hint = typeof input === 'object' && input !== null ? (input as Raw)['hint'] : undefined;
    return [{ name, description: words(raw['description']), hint: words(hint), own: false }];
  });
  return [...theirs, ...own];
}

const words = (value: unknown) => (typeof value === 'string' ? value : '');

/** What is typed of a command: the message begins with a slash, and the caret is in its first line. */
export function commandQueryAt(text: string, caret: number): string | undefined {
  const typed = text.slice(0, caret);
  return typed.startsWith('/') && !typed.includes('\n') ? typed.slice(1) : undefined;
}

/** Those that begin with it, then those that have it elsewhere in their name; in the agent's order. */
export function matchCommands(commands: readonly Command[], query: string, limit: number): Command[] {
  const wanted = query.toLowerCase();
  // The name is written and its arguments follow: nothing is left to choose.
  const begin = commands.filter(({ name }) => name.toLowerCase().startsWith(wanted));
  const within =
    wanted === '' || /\s/.test(wanted)
      ? []
      : commands.filter(
          ({ name }) => name.toLowerCase().indexOf(wanted, 1) > 0 && !begin.some((one) => one.name === name),
        );
  return [...begin, ...within].slice(0, limit);
}

/** The command that a message consists of, and what follows its name; the longest name wins. */
export function commandIn(
  text: string,
  commands: readonly Command[],
): { command: Command; rest: string } | undefined {
  if (!text.startsWith('/')) return undefined;
  const typed = text.slice(1);
  const [command] = commands
    .filter(({ name }) => typed === name || (typed.startsWith(name) && /\s/.test(typed.charAt(name.length))))
    .sort((a, b) => b.name.length - a.name.length);
  return command && { command, rest: typed.slice(command.name.length).trim() };
}

/** What `/remote-control` and `/rc` ask for. */
export type RemoteWish =
  | { kind: 'on' | 'off' | 'status' }
  /** A name for the session. */
  | { kind: 'name'; name: string };

export const remoteNames = ['remote-control', 'rc'] as const;

/** Undefined for everything that is not this command. */
export function remoteWish(text: string): RemoteWish | undefined {
  const match = /^\/(?:remote-control|rc)(?:[ \t]+(.*))?$/.exec(text.trim());
  if (!match) return undefined;
  const rest = (match[1] ?? '').trim();
  switch (rest.toLowerCase()) {
    case '':
    case 'on':
      return { kind: 'on' };
    case 'off':
    case 'status':
      return { kind: rest.toLowerCase() as 'off' | 'status' };
    default:
      return { kind: 'name', name: rest };
  }
}

/**
 * Commands that agents answer with a picker in their own terminal. Over ACP there is none, so an agent that does not
 * offer such a command would take it for a message, or wait for a choice that nobody can make.
 */
const pickers = new Set(
  (
    'agents allowed-tools approvals auth bug config doctor editor experimental export feedback hooks ide keybindings ' +
    'login logout mcp memory model models output-style permissions plugin plugins privacy privacy-settings rewind ' +
    'resume sessions settings setup skills statusline switch terminal-setup theme themes tools undo vim'
  ).split(' '),
);

/** The name of a picker that is typed without arguments, and that this agent does not offer here. */
export function pickerIn(text: string, commands: readonly Command[]): string | undefined {
  const name = /^\/([a-z][a-z-]*)\s*$/.exec(text.trim())?.[1];
  if (name === undefined || !pickers.has(name) || commandIn(text.trim(), commands)) return undefined;
  // Before it has said what it offers nobody knows.
  return commands.some(({ own }) => !own) ? name : undefined;
}
