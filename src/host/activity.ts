/** One line per turn, tool call and question, for the CLI's terminal and the log; no prompt text. */
import type { Fact } from '../protocol/facts.ts';
import { originName } from '../session/questions.ts';

/** Undefined where a fact is nothing to report. */
export function activityOf(fact: Fact): string | undefined {
  const { event, update } = fact;
  if (event) {
    switch (event.type) {
      case 'turn_started':
        return `prompt from ${originName(fact.origin)} taken up`;
      case 'turn_ended':
        return plain(`turn ${event.outcome}${event.message ? `: ${event.message}` : ''}`);
      case 'question_opened':
        return `the agent asks: ${questionTitle(event.request)}`;
      case 'question_closed':
        return `question answered by ${originName(fact.origin)}`;
      case 'agent_state':
        return event.error ? plain(`agent: ${event.error.message}`) : `agent ${event.state}`;
      case 'prompt_received':
      case 'prompt_removed':
      case 'queue_held':
      case 'queue_resumed':
      case 'agent_offers':
        return undefined;
    }
  }
  const status = update['status'];
  if (update.sessionUpdate === 'tool_call') return `tool: ${oneLine(update['title'])}`;
  if (update.sessionUpdate === 'tool_call_update' && (status === 'completed' || status === 'failed')) {
    return `tool ${status}${update['title'] ? `: ${oneLine(update['title'])}` : ''}`;
  }
  return undefined;
}

/** What a question is about, in one line. */
export function questionTitle(request: Record<string, unknown>): string {
  const toolCall = request['toolCall'] as { title?: unknown } | undefined;
  return oneLine(toolCall?.title ?? request['message'] ?? 'a question');
}

/** Control characters could redraw a terminal. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ').trim();
}

function oneLine(value: unknown): string {
  const text = plain(String(value ?? ''));
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
