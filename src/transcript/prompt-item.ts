/** Prompts: received, taken up by the agent, ended; and the questions that the agent asks meanwhile. */
import type { Fact, Origin, SessionEvent } from '../protocol/facts.ts';
import type { PromptItem, QuestionItem } from './items.ts';
import { base, joinBase, promptBlocksOf } from './text-items.ts';

const nobody: Origin = { kind: 'host' };

type PromptEvent = Extract<
  SessionEvent,
  { type: 'prompt_received' | 'prompt_removed' | 'prompt_edited' | 'turn_started' | 'turn_ended' }
>;

/** Takes its place among the items when its turn starts (or, if it never does, when it ends). */
export function prompt(id: string, fact: Fact, event: PromptEvent, old: PromptItem | undefined): PromptItem {
  const before: PromptItem = old ?? {
    ...base(id, fact, undefined),
    kind: 'prompt',
    promptId: event.id,
    blocks: [],
    origin: nobody,
    state: 'received',
  };
  const next: PromptItem = { ...before, seq: fact.seq, updatedAt: fact.at };
  switch (event.type) {
    case 'prompt_received':
      return { ...next, blocks: promptBlocksOf(event.prompt), origin: fact.origin };
    case 'prompt_edited':
      return { ...next, blocks: promptBlocksOf(event.prompt), editedBy: fact.origin };
    case 'prompt_removed':
      return { ...next, state: 'removed' };
    case 'turn_started':
      return { ...next, state: 'running', place: fact.seq };
    case 'turn_ended': {
      const { outcome, stopReason, message } = event;
      return {
        ...next,
        state: outcome,
        place: before.state === 'received' ? fact.seq : before.place,
        ...(stopReason === undefined ? {} : { stopReason }),
        ...(message === undefined ? {} : { message }),
      };
    }
  }
}

/** Its text where its turn begins, for a window that does not reach back to where it was received. */
export function mirrored(fact: Fact, old: PromptItem): PromptItem {
  if (old.blocks.length > 0 && !old.mirrored) return { ...old, seq: fact.seq };
  const blocks = [...old.blocks, ...promptBlocksOf([fact.update['content']])];
  return { ...old, seq: fact.seq, origin: fact.origin, blocks, mirrored: true };
}

/** Whether it stands among the items: taken up or ended, and its text is known. */
export function promptShown(item: PromptItem): boolean {
  return item.blocks.length > 0 && item.state !== 'received' && item.state !== 'removed';
}

export function joinPrompt(older: PromptItem, newer: PromptItem): PromptItem {
  const placed = [older, newer].find(({ state }) => state !== 'received' && state !== 'removed');
  const editedBy = newer.editedBy ?? older.editedBy;
  const { mirrored: partly, ...rest } = newer;
  const said = newer.blocks.length > 0 && !(partly && older.blocks.length > 0) ? newer : older;
  return {
    ...rest,
    ...joinBase(older, newer),
    blocks: said.blocks,
    ...(said.mirrored && { mirrored: true }),
    // An edit alone does not tell whose prompt it is.
    origin: newer.blocks.length > 0 && newer.origin.kind !== nobody.kind ? newer.origin : older.origin,
    ...(editedBy && { editedBy }),
    state: newer.state === 'received' ? older.state : newer.state,
    ...(placed ? { place: placed.place } : {}),
  };
}

type QuestionEvent = Extract<SessionEvent, { type: 'question_opened' | 'question_closed' }>;

export function question(
  id: string,
  fact: Fact,
  event: QuestionEvent,
  old: QuestionItem | undefined,
): QuestionItem {
  const next: QuestionItem = {
    questionKind: 'permission',
    request: null,
    state: { kind: 'open' },
    ...old,
    ...base(id, fact, old),
    kind: 'question',
    questionId: event.id,
  };
  switch (event.type) {
    case 'question_opened':
      return { ...next, questionKind: event.kind, request: event.request };
    case 'question_closed':
      return { ...next, state: closed(event.answer, fact.origin) };
  }
}

function closed(
  answer: Extract<QuestionEvent, { type: 'question_closed' }>['answer'],
  by: Origin,
): QuestionItem['state'] {
  if (!('outcome' in answer)) return { kind: 'answered', answer, by };
  return answer.outcome === 'withdrawn' ? { kind: 'withdrawn' } : { kind: 'answered', answer, by };
}

export function joinQuestion(older: QuestionItem, newer: QuestionItem): QuestionItem {
  return {
    ...newer,
    ...joinBase(older, newer),
    ...(newer.request ? {} : { request: older.request, questionKind: older.questionKind }),
    state: newer.state.kind === 'open' ? older.state : newer.state,
  };
}
