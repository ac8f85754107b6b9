/** What kind of item an ACP update makes, if any; one answer for who numbers items and who folds them. */
import type { RawUpdate } from '../protocol/facts.ts';
import type { Item } from './items.ts';
import { asArray, asBlock, asNumber, asString } from './raw.ts';

/**
 * `state`: it changes the session's state and shows no item. `unknown`: a kind of update that is not known,
 * or a known one without what makes it one.
 */
export function updateKind(update: RawUpdate): Exclude<Item['kind'], 'prompt' | 'question'> | 'state' {
  switch (update.sessionUpdate) {
    case 'user_message_chunk':
    case 'agent_message_chunk':
      return asBlock(update['content']) ? 'message' : 'unknown';
    case 'agent_thought_chunk':
      return asBlock(update['content']) ? 'thought' : 'unknown';
    case 'tool_call':
    case 'tool_call_update':
      return asString(update['toolCallId']) === undefined ? 'unknown' : 'tool';
    case 'plan':
      return asArray(update['entries']) ? 'plan' : 'unknown';
    case 'notice':
      return asString(update['title']) === undefined ? 'unknown' : 'notice';
    case 'compaction_update':
    case 'compaction_summary_chunk':
      return asString(update['compactionId']) === undefined ? 'unknown' : 'compaction';
    case 'usage_update':
    case 'current_mode_update':
    case 'config_option_update':
    case 'available_commands_update':
    case 'session_info_update':
      return 'state';
    default:
      return 'unknown';
  }
}

/** Whether it is of a known kind and lacks what makes it one. Another kind is never invalid: nobody here can tell. */
export function isInvalid(update: RawUpdate): boolean {
  switch (update.sessionUpdate) {
    case 'usage_update':
      return asNumber(update['used']) === undefined || asNumber(update['size']) === undefined;
    case 'current_mode_update':
      return asString(update['currentModeId']) === undefined;
    case 'config_option_update':
      return asArray(update['configOptions']) === undefined;
    case 'available_commands_update':
      return asArray(update['availableCommands']) === undefined;
    case 'user_message_chunk':
    case 'agent_message_chunk':
    case 'agent_thought_chunk':
    case 'tool_call':
    case 'tool_call_update':
    case 'plan':
    case 'notice':
    case 'compaction_update':
    case 'compaction_summary_chunk':
      return updateKind(update) === 'unknown';
    default:
      return false;
  }
}
