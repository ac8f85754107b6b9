/** What a user does and sees on one surface, over the real client core; in the process of a page or of the host. */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { HostClient } from '../../src/web/client/host-client.ts';
import type { SessionClient } from '../../src/web/client/session-client.ts';
import type { QuestionItem } from '../../src/transcript/items.ts';
import type { Command } from './commands.ts';
import { readStory } from './story.ts';

/** What `state` returns. */
export interface SurfaceState {
  way: string;
  phase: string;
  /** Of the host's list; null until it came. */
  session: { id: string; state: string } | null;
  sync: string;
  /** Highest number that it has. */
  cursor: number;
  error: string | null;
  held: boolean;
  queue: string[];
  turn: boolean;
  questions: string[];
  outbox: { id: string; state: string; code: string | null; text: string }[];
  answers: Record<string, string>;
  /** Not answered by the host yet. */
  changes: number;
}

export interface SurfaceFiles {
  /** The sessions on screen, as pages' addresses name them: their ids, a line each. */
  session: string;
  /** One line for each message that stood on the screen: `{session, token, id, text}`. */
  accepted: string;
}

export class Surface {
  readonly #host: HostClient;
  readonly #files: SurfaceFiles;
  readonly #way: () => string;
  #sessions: readonly SessionClient[] = [];

  constructor(host: HostClient, files: SurfaceFiles, way: () => string) {
    this.#host = host;
    this.#files = files;
    this.#way = way;
    if (existsSync(files.session)) this.#show(readFileSync(files.session, 'utf8').split('\n'));
    else host.state.subscribe((state) => this.#choose(state?.sessions[0]?.id));
  }

  async handle(command: Command): Promise<unknown> {
    const number = Number(command['session'] ?? 0);
    const session = this.#sessions[number];
    const transcript = session?.record.transcript.value;
    switch (command.cmd) {
      case 'show':
        return this.#show(command['ids'] as string[]);
      case 'state':
        return this.#state(session);
      case 'story':
        return session ? readStory(session) : null;
      case 'mode':
        session?.change({ kind: 'mode', mode: String(command['mode']) });
        return true;
      case 'open': {
        // Somewhere in the conversation, as after a search.
        const seq = Math.max(1, Math.round(Number(command['part']) * (transcript?.cursor ?? 0)));
        session?.openAt(seq, null).catch(() => undefined);
        return seq;
      }
      case 'end':
        session?.toEnd();
        return true;
      case 'earlier':
        await session?.pages.loadEarlier();
        return session?.pages.earlier.value.before ?? null;
      case 'prompt':
        return session ? this.#prompt(session, number, String(command['text'])) : false;
      case 'answer':
        return session ? this.#answer(session, String(command['option'])) : false;
      case 'stop':
        session?.cancel();
        return true;
      case 'remove': {
        const queue = transcript?.queue ?? [];
        const prompt = queue[Number(command['which']) % Math.max(1, queue.length)];
        if (session && prompt) session.change({ kind: 'queueRemove', prompt: prompt.promptId });
        return prompt?.promptId ?? null;
      }
      case 'resume':
        if (session && transcript?.held) session.change({ kind: 'queueResume' });
        return true;
      default:
        throw new Error(`no command ${command.cmd}`);
    }
  }

  #choose(id: string | undefined): void {
    if (this.#sessions.length === 0 && id !== undefined) this.#show([id]);
  }

  #show(ids: readonly string[]): void {
    writeFileSync(this.#files.session, ids.join('\n'));
    this.#sessions = ids.map((id) => this.#host.session(id));
  }

  /** The first word of a message is its token. */
  #prompt(session: SessionClient, number: number, text: string): string | null {
    session.prompt([{ type: 'text', text }]);
    const entry = session.outbox.entries.value.find(({ prompt }) => prompt[0]?.['text'] === text);
    if (!entry) throw new Error('a message that is not in the outbox');
    const accepted = { session: number, token: text.split(' ')[0], id: entry.id, text };
    appendFileSync(this.#files.accepted, `${JSON.stringify(accepted)}\n`);
    return entry.id;
  }

  /** The oldest open question that this surface has not answered; an option the agent does not have is Cancel. */
  #answer(session: SessionClient, option: string): string | null {
    const question = session.record.transcript.value.questions.find(
      ({ questionId }) => !session.answers.states.value.has(questionId),
    );
    if (!question) return null;
    session.answer(question.questionId, answerOf(question, option));
    return question.questionId;
  }

  #state(session: SessionClient | undefined): SurfaceState {
    const row = this.#host.state.value?.sessions.find(({ id }) => id === session?.id);
    const transcript = session?.record.transcript.value;
    return {
      way: this.#way(),
      phase: this.#host.phase.value.kind,
      session: row ? { id: row.id, state: row.state } : null,
      sync: session?.sync.value ?? 'none',
      cursor: transcript?.cursor ?? 0,
      error: session?.error.value?.code ?? null,
      held: transcript?.held ?? false,
      queue: transcript?.queue.map(({ promptId }) => promptId) ?? [],
      turn: transcript?.turn != null,
      questions: transcript?.questions.map(({ questionId }) => questionId) ?? [],
      outbox:
        session?.outbox.entries.value.map(({ id, state, error, prompt }) => ({
          ...{ id, state, code: error?.code ?? null },
          text: String(prompt[0]?.['text']),
        })) ?? [],
      answers: Object.fromEntries(
        [...(session?.answers.states.value ?? [])].map(([question, { kind }]) => [question, kind]),
      ),
      changes: session?.changes.pending.value.length ?? 0,
    };
  }
}

function answerOf(question: QuestionItem, option: string) {
  if (question.questionKind === 'elicitation') {
    return option === 'cancel'
      ? ({ action: 'decline' } as const)
      : ({ action: 'accept', content: { word: option } } as const);
  }
  return option === 'cancel'
    ? ({ outcome: 'cancelled' } as const)
    : ({ outcome: 'selected', optionId: option } as const);
}
