/** What the host itself says in a session, and what a session is called. */
import type { PromptBlock, RawUpdate } from '../protocol/facts.ts';

const titleChars = 60;

/** `back`: the session was restored; `afresh`: its agent knows nothing of it. */
export type HostWord = 'back' | 'afresh';

/** With a mark, so that it is not said again where nothing else was said since. */
function notice(word: HostWord, title: string): RawUpdate {
  return { sessionUpdate: 'notice', severity: 'info', title, _meta: { offdesk: { host: word } } };
}

export function startsAfresh(agent: string): RawUpdate {
  return notice('afresh', `${agent} starts afresh and does not remember what was said before.`);
}

export function cameBack(): RawUpdate {
  return notice('back', 'Remote control was interrupted and is back.');
}

/** Where it cannot be told what of an agent's session was said outside Offdesk. */
export function heldElsewhere(agent: string): RawUpdate {
  return {
    sessionUpdate: 'notice',
    severity: 'info',
    title: `If you went on with this session of ${agent} outside Offdesk, that part is not shown here.`,
    description: `${agent} still remembers it.`,
  };
}

/** The agent runs again, in another mode than the one that was chosen. */
export function otherMode(agent: string, mode: string, reason: string): RawUpdate {
  return {
    sessionUpdate: 'notice',
    severity: 'warning',
    title: `${agent} is in its mode ${mode} now, not in the one that was chosen.`,
    description: `${reason} Choose the mode again before you go on.`,
  };
}

/** Of a notice of the host's own. */
export function hostWord(update: RawUpdate): HostWord | undefined {
  const meta = update['_meta'] as { offdesk?: { host?: unknown } } | null | undefined;
  const word = meta?.offdesk?.host;
  return word === 'back' || word === 'afresh' ? word : undefined;
}

/** The first prompt's first line, where it has text. */
export function firstLine(blocks: PromptBlock[]): string | undefined {
  const text = blocks.find((block) => block.type === 'text')?.['text'];
  const line = typeof text === 'string' ? text.trim().split('\n')[0]?.trim() : undefined;
  return line ? (line.length > titleChars ? `${line.slice(0, titleChars - 1)}…` : line) : undefined;
}
