/** What the terminal and the log say of facts, also of those that an agent made up to do harm. */
import assert from 'node:assert/strict';
import { activityOf } from '../../../src/host/activity.ts';
import { eventUpdate, type RawUpdate, type SessionEvent } from '../../../src/protocol/facts.ts';

const meta = { seq: 1, at: 0, origin: { kind: 'agent' } } as const;
const ofUpdate = (update: RawUpdate) => activityOf({ ...meta, update });
const ofEvent = (event: SessionEvent) => activityOf({ ...meta, update: eventUpdate(), event });

describe('activity', () => {
  it('says what is done in one line', () => {
    assert.equal(ofUpdate({ sessionUpdate: 'tool_call', title: 'Run ls' }), 'tool: Run ls');
    const done = { sessionUpdate: 'tool_call_update', status: 'completed' };
    assert.equal(ofUpdate(done), 'tool completed');
    assert.equal(ofUpdate({ ...done, title: 'Run ls' }), 'tool completed: Run ls');
    assert.equal(ofUpdate({ sessionUpdate: 'agent_message_chunk' }), undefined);
    const opened = { type: 'question_opened', id: 'q1', kind: 'permission' } as const;
    assert.equal(ofEvent({ ...opened, request: { toolCall: { title: 'rm' } } }), 'the agent asks: rm');
    assert.equal(ofEvent({ ...opened, request: { message: 'Which?' } }), 'the agent asks: Which?');
    assert.equal(ofEvent({ ...opened, request: {} }), 'the agent asks: a question');
    const answer = { outcome: 'withdrawn' } as const;
    assert.equal(ofEvent({ type: 'question_closed', id: 'q1', answer }), 'question taken back');
  });

  it('T12: nothing that an agent sends as a title throws or redraws a terminal', () => {
    const noText = { toString: 1, valueOf: 1 };
    for (const title of [noText, [noText], null, 7, '\u001b[2J\u009b2Jx\r\ny\u202e']) {
      const lines = [
        ofUpdate({ sessionUpdate: 'tool_call', title }),
        ofUpdate({ sessionUpdate: 'tool_call_update', status: 'failed', title }),
        ofEvent({
          type: 'question_opened',
          id: 'q1',
          kind: 'permission',
          request: { toolCall: { title }, message: title },
        }),
        ofEvent({
          type: 'turn_ended',
          id: 'p1',
          outcome: 'failed',
          message: typeof title === 'string' ? title : '\u001b',
        }),
      ];
      for (const line of lines) assert.doesNotMatch(line ?? '', /[\p{Cc}\p{Cf}]/u);
    }
  });
});
