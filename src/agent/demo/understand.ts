/** What a prompt asks the demo agent to do: a slash command, else a keyword, else the tour or small talk. */

export type SceneName =
  'tour' | 'help' | 'text' | 'plan' | 'ask' | 'edit' | 'run' | 'long' | 'chat' | 'unknown';

export const commands: readonly { name: SceneName; description: string; hint?: string }[] = [
  { name: 'help', description: 'What the demo agent can do' },
  { name: 'text', description: 'Stream some Markdown' },
  { name: 'plan', description: 'Make a plan and work through it' },
  { name: 'ask', description: 'Ask you a question' },
  { name: 'edit', description: 'Edit a file after asking, with a diff', hint: 'file and a line to add' },
  { name: 'run', description: 'Run a harmless command after asking' },
  { name: 'long', description: 'Talk for a while, so that you can stop it', hint: 'number of words' },
];

/** Tried in this order. */
const keywords: readonly [RegExp, SceneName][] = [
  [/\b(help|what can you do)\b/i, 'help'],
  [/\b(edit|write|change|create|add|fix)\b/i, 'edit'],
  [/\b(run|execute|command|test|shell)\b/i, 'run'],
  [/\b(plan|steps)\b/i, 'plan'],
  [/\b(ask|question|choose)\b/i, 'ask'],
  [/\b(long|story|count|slow)\b/i, 'long'],
  [/\b(markdown|format|text)\b/i, 'text'],
];

export interface Wish {
  scene: SceneName;
  /** What follows a slash command, trimmed; empty for plain prompts. */
  argument: string;
}

export function understand(text: string, first: boolean): Wish {
  const slash = /^\s*\/([\w-]+)\s*([\s\S]*)$/.exec(text);
  if (slash) {
    const scene = commands.find(({ name }) => name === slash[1])?.name;
    return { scene: scene ?? 'unknown', argument: scene ? slash[2]!.trim() : slash[1]! };
  }
  const scene = keywords.find(([pattern]) => pattern.test(text))?.[1];
  return { scene: scene ?? (first ? 'tour' : 'chat'), argument: '' };
}
