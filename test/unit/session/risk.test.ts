/** Which modes and option values are risky, by what real agents call them, and who must confirm them. */
import assert from 'node:assert/strict';
import { isRiskyMode, isRiskyValue, markModes, markOptions } from '../../../src/session/risk.ts';
import { applyFacts, emptyTranscript } from '../../../src/transcript/fold.ts';
import { complete, hasCode, setup } from './downstream-kit.ts';

const named = (id: string, name = id) => ({ currentModeId: 'x', availableModes: [{ id, name }] });

describe('risk', () => {
  it('P18, C7: the modes of real agents', () => {
    const url = 'https://agentclientprotocol.com/protocol/session-modes#';
    const risky = ['bypassPermissions', 'yolo', 'agent-full-access', `${url}autopilot`, 'danger-full-access'];
    const safe = [
      'default',
      'acceptEdits',
      'plan',
      'auto',
      'autoEdit',
      'read-only',
      'workspace-write',
      'agent',
    ];
    for (const id of risky) assert.equal(isRiskyMode(null, id), true, id);
    assert.equal(isRiskyMode(null, 'bypass/2'), true);
    for (const id of [...safe, `${url}agent`, `${url}plan`, 'build', 'ask'])
      assert.equal(isRiskyMode(null, id), false, id);
    for (const name of [
      'Auto-approve everything',
      'YOLO',
      'Bypass Permissions',
      "Don't ask",
      'Full access',
      'Full access / no prompts',
      'Skip permissions #2',
    ])
      assert.equal(isRiskyMode(named('m1', name), 'm1'), true, name);
  });

  it('P18, C8: options by value, and those whose own name says it', () => {
    const options = [
      {
        id: 'mode',
        name: 'Mode',
        type: 'select',
        options: [{ value: 'a', name: 'Full access' }, { value: 'b' }],
      },
      { id: 'sandbox', options: [{ group: 'g', options: [{ value: 'unrestricted' }, { value: 'strict' }] }] },
      { id: 'yolo', name: 'YOLO', type: 'boolean', currentValue: false },
      { id: 'auto_approve', options: [{ value: 'off' }, { value: 'reads' }] },
    ];
    const cases: [string, string | boolean, boolean][] = [
      ['mode', 'a', true],
      ['mode', 'b', false],
      ['sandbox', 'unrestricted', true],
      ['sandbox', 'strict', false],
      ['yolo', true, true],
      ['yolo', false, false],
      ['auto_approve', 'off', false],
      ['auto_approve', 'reads', true],
      ['unknown', 'bypass', true],
    ];
    for (const [id, value, risky] of cases)
      assert.equal(isRiskyValue(options, id, value), risky, `${id} ${value}`);
    const mark = { _meta: { offdesk: { risky: true } } };
    const [mode, sandbox, yolo, approve] = markOptions<Record<string, unknown>>(options);
    assert.deepEqual(mode?.['options'], [{ value: 'a', name: 'Full access', ...mark }, { value: 'b' }]);
    assert.deepEqual(sandbox?.['options'], [
      { group: 'g', options: [{ value: 'unrestricted', ...mark }, { value: 'strict' }] },
    ]);
    assert.deepEqual(yolo, { ...options[2], ...mark });
    assert.deepEqual(approve?.['options'], [{ value: 'off' }, { value: 'reads', ...mark }]);
    // The agent's own _meta stays, and what has no risk stays the same object.
    assert.deepEqual(markModes({ availableModes: [{ id: 'yolo', _meta: { a: 1, offdesk: { b: 2 } } }] }), {
      availableModes: [{ id: 'yolo', _meta: { a: 1, offdesk: { b: 2, risky: true } } }],
    });
    const safe = named('plan');
    assert.equal(markModes(safe), safe);
    for (const odd of [null, {}, { availableModes: 3 }, { availableModes: [null, 'x', { id: 7 }] }])
      assert.equal(markModes(odd), odd);
  });

  it('P18, C7: remote clients confirm, the desk need not, and nothing happens without', async () => {
    const { agent, session, connect, journal } = setup();
    agent.modes = {
      currentModeId: 'ask',
      availableModes: [
        { id: 'ask', name: 'Ask' },
        { id: 'm7', name: 'Autopilot' },
      ],
    };
    const phone = await connect('Pixel');
    await phone.resume('s1', { tail: 20 });
    await session.startAgent();
    await complete(phone, session);
    const { modes } = applyFacts(emptyTranscript(), phone.facts);
    assert.deepEqual((modes?.['availableModes'] as object[])[1], {
      ...{ id: 'm7', name: 'Autopilot', _meta: { offdesk: { risky: true } } },
    });
    const set = (modeId: string, offdesk: object) =>
      phone.request('session/set_mode', { sessionId: 's1', modeId, _meta: { offdesk } });
    const option = (value: string, offdesk: object) =>
      phone.request('session/set_config_option', {
        ...{ sessionId: 's1', configId: 'approval', value, _meta: { offdesk } },
      });
    const { head } = journal;
    await assert.rejects(set('m7', { change: 'change-01' }), hasCode('confirmation_needed'));
    await assert.rejects(
      set('m7', { change: 'change-01', confirmed: false }),
      hasCode('confirmation_needed'),
    );
    await assert.rejects(option('yolo', { change: 'change-02' }), hasCode('confirmation_needed'));
    assert.equal(journal.head, head);
    assert.deepEqual(agent.modesSet, []);
    await set('m7', { change: 'change-01', confirmed: true });
    await set('ask', { change: 'change-03' });
    await option('yolo', { change: 'change-02', confirmed: true });
    await session.setMode('m7', { kind: 'desk' }, 'change-04');
    assert.deepEqual(agent.modesSet, ['m7', 'ask', 'm7']);
  });
});
