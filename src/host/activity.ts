/** One line per turn, tool call and question, for the CLI's terminal and the log; no prompt text. */
import type { Fact } from '../protocol/facts.ts';
import { plainLine } from '../base/plain-text.ts';
import { originName, questionTitle } from '../session/questions.ts';

const titleChars = 120;

/** Undefined where a fact is nothing to report. */
export function activityOf(fact: Fact): string | undefined {
  const { event, update } = fact;
  if (event) {
    switch (event.type) {
      case 'turn_started':
        return `prompt from ${originName(fact.origin)} taken up`;
      case 'turn_ended':
        return plainLine(`turn ${event.outcome}${event.message ? `: ${event.message}` : ''}`);
      case 'question_opened':
        return `the agent asks: ${questionTitle(event.request) || 'a question'}`;
      case 'question_closed':
        return 'outcome' in event.answer && event.answer.outcome === 'withdrawn'
          ? 'question taken back'
          : `question answered by ${originName(fact.origin)}`;
      case 'agent_state':
        return event.error ? plainLine(`agent: ${event.error.message}`) : `agent ${event.state}`;
      case 'prompt_received':
      case 'prompt_removed':
      case 'prompt_edited':
      case 'queue_ordered':
      case 'change':
      case 'queue_held':
      case 'queue_resumed':
      case 'agent_offers':
        return undefined;
    }
  }
  const status = update['status'];
  const title = plainLine(update['title'], titleChars);
  if (update.sessionUpdate === 'tool_call') return `tool: ${title}`;
  if (update.sessionUpdate === 'tool_call_update' && (status === 'completed' || status === 'failed')) {
    return `tool ${status}${title ? `: ${title}` : ''}`;
  }
  return undefined;
}
