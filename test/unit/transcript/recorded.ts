/** Recordings of real agents as the facts a host would have journaled. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fact, PromptBlock, RawUpdate, SessionEvent } from '../../../src/protocol/facts.ts';
import { eventUpdate } from '../../../src/protocol/facts.ts';
import { ItemIds } from '../../../src/transcript/item-ids.ts';
import { root } from '../../support/paths.ts';

const folder = process.env.OFFDESK_TEST_RECORDINGS ?? join(root, '..', 'shared', 'recordings');

export const agents = ['claude', 'codex', 'copilot', 'gemini', 'kimi', 'opencode'] as const;
export type Agent = (typeof agents)[number];

export const missing = existsSync(join(folder, 'claude.jsonl')) ? undefined : `no recordings at ${folder}`;

interface Message {
  id?: number;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
}

function runsOf(agent: Agent): { ms: number; dir: string; msg: Message }[][] {
  const runs = readFileSync(join(folder, `${agent}.jsonl`), 'utf8').split(/\n\s*\n/);
  return runs.map((run) =>
    run
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { ms: number; dir: string; msg: Message }),
  );
}

/** Numbers what it is given, as a journal does. */
export class Recorder {
  readonly facts: Fact[] = [];
  readonly #ids = new ItemIds();

  update(update: RawUpdate, at = this.facts.length, origin: 'agent' | 'desk' = 'agent'): void {
    this.#add(update, undefined, at, origin);
  }

  event(event: SessionEvent, at = this.facts.length, origin: 'agent' | 'desk' = 'desk'): void {
    this.#add(eventUpdate(), event, at, origin);
  }

  #add(update: RawUpdate, event: SessionEvent | undefined, at: number, kind: 'agent' | 'desk'): void {
    const item = this.#ids.idFor(update, event);
    this.facts.push({
      seq: this.facts.length + 1,
      at,
      origin: { kind },
      update,
      ...(item === undefined ? {} : { item }),
      ...(event === undefined ? {} : { event }),
    });
  }
}

/**
 * One list of facts for each run and, where a past session was loaded in a run, one for what was replayed.
 * Prompt ids are `p<request id>`, question ids the request's.
 */
export function recorded(agent: Agent): { live: Fact[][]; replayed: Fact[][] } {
  const live: Fact[][] = [];
  const replayed: Fact[][] = [];
  for (const run of runsOf(agent)) {
    let recorder = new Recorder();
    live.push(recorder.facts);
    const prompts = new Set<number>();
    const questions = new Set<number>();
    for (const { ms, dir, msg } of run) {
      if (dir === 'out' && msg.method === 'session/prompt') {
        prompts.add(msg.id!);
        const id = `p${String(msg.id)}`;
        recorder.event({ type: 'prompt_received', id, prompt: msg.params!['prompt'] as never }, ms);
        recorder.event({ type: 'turn_started', id }, ms);
      } else if (dir === 'out' && /^session\/(fork|resume|load)$/.test(msg.method ?? '')) {
        recorder = new Recorder();
        replayed.push(recorder.facts);
      } else if (dir === 'out' && msg.result && questions.has(msg.id!)) {
        const { outcome } = msg.result;
        const answer = (outcome ?? msg.result) as never;
        recorder.event({ type: 'question_closed', id: String(msg.id), answer }, ms);
      } else if (dir === 'in' && msg.method === 'session/update') {
        recorder.update(msg.params!['update'] as RawUpdate, ms);
      } else if (dir === 'in' && /permission|elicitation/.test(msg.method ?? '')) {
        questions.add(msg.id!);
        const kind = msg.method === 'elicitation/create' ? 'elicitation' : 'permission';
        const request = msg.params!;
        recorder.event({ type: 'question_opened', id: String(msg.id), kind, request }, ms, 'agent');
      } else if (dir === 'in' && msg.result && prompts.has(msg.id!)) {
        const stopReason = String(msg.result['stopReason']);
        const outcome = stopReason === 'cancelled' ? 'cancelled' : 'done';
        recorder.event({ type: 'turn_ended', id: `p${String(msg.id)}`, outcome, stopReason }, ms);
      }
    }
  }
  return { live, replayed: replayed.filter((facts) => facts.length > 0) };
}

export interface RecordedTurn {
  prompt: PromptBlock[];
  updates: RawUpdate[];
  stopReason: string;
}

/** Runs in which a session was held and then loaded: what was said first, and what was told again. */
export function toldAgain(agent: Agent): { turns: RecordedTurn[]; told: RawUpdate[] }[] {
  return runsOf(agent).flatMap((messages) => {
    const turns: RecordedTurn[] = [];
    const told: RawUpdate[] = [];
    const prompts = new Map<number, RecordedTurn>();
    let loaded = false;
    for (const { dir, msg } of messages) {
      if (dir === 'out' && msg.method === 'session/prompt') {
        if (loaded) break;
        const turn = { prompt: msg.params!['prompt'] as PromptBlock[], updates: [], stopReason: '' };
        prompts.set(msg.id!, turn);
        turns.push(turn);
      } else if (dir === 'out' && msg.method === 'session/load') loaded = true;
      else if (dir === 'in' && msg.method === 'session/update')
        (loaded ? told : turns.at(-1)?.updates)?.push(msg.params!['update'] as RawUpdate);
      else if (dir === 'in' && msg.result && prompts.has(msg.id!))
        prompts.get(msg.id!)!.stopReason = String(msg.result['stopReason']);
    }
    return told.some((update) => update.sessionUpdate === 'user_message_chunk') ? [{ turns, told }] : [];
  });
}
