/** What the scripted model was asked, for a turn: requests without tools are for titles and summaries. */
import type { LoggedRequest } from '../model/server.ts';
import type { ModelProcess } from './real-agents.ts';

export type ModelLog = Pick<ModelProcess, 'requests'>;

/** `since`: how many requests of any kind there were before. */
export function turnRequests(model: ModelLog, since: number): LoggedRequest[] {
  const all = model.requests().slice(since);
  return all.filter(({ tools }) => (tools?.length ?? 0) > 0);
}

/**
 * What the model was asked to do, `marker:argument`, each once, in order. Of the test's own prompts alone: Claude Code
 * looks back at an earlier turn for suggestions of its own, at any time.
 */
export function wishesSince(model: ModelLog, since: number, own: readonly string[]): string[] {
  const all = turnRequests(model, since).flatMap(({ wish }) => (own.includes(wish ?? '') ? [wish!] : []));
  return all.filter((wish, at) => wish !== all[at - 1]);
}

/** What the agent remembered of the conversation when it asked for this. */
export function rememberedWith(model: ModelLog, since: number, wish: string): string[] {
  return turnRequests(model, since).find((request) => request.wish === wish)?.remembered ?? [];
}
