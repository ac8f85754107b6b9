/** Scenarios of sessions beside each other and after each other. */
import assert from 'node:assert/strict';
import {
  methods,
  type AgentSessionContinueResult,
  type AgentSessionsResult,
  type LiveChoice,
} from '../../src/protocol/methods.ts';
import { said } from '../model/scenarios.ts';
import { rememberedWith } from '../support/model-log.ts';
import { within } from '../support/wait.ts';
import { patienceMs } from './agent-world.ts';
import { slowTurn } from './queue-scenarios.ts';
import type { Scenario } from './scenarios.ts';
import { NotOffered } from './table.ts';

export const lastingScenarios: readonly Scenario[] = [
  {
    name: 'killed and continued',
    async run(world) {
      await world.turn('Please run [[text:remember]]');
      const slow = await slowTurn(world, 600);
      world.killAgent();
      const cut = await slow.ended;
      assert.equal(cut.prompt.state, 'interrupted');
      const asked = world.asked;
      const { prompt, text, items } = await world.turn('Please run [[text:again]]');
      assert.equal(prompt.state, 'done');
      assert.equal(text, said.text);
      assert.deepEqual(
        items.filter(({ kind }) => kind === 'notice'),
        [],
      );
      const remembered = rememberedWith(world.model, asked, 'text:again');
      assert.deepEqual(remembered.slice(-3), ['text:remember', 'slow:600', 'text:again']);
    },
  },
  {
    name: 'two sessions at once',
    async run(world) {
      const other = await world.beside();
      const [here, there] = await Promise.all([slowTurn(world, 540), slowTurn(other, 480)]);
      assert.ok(!world.soFar(here.id).text.includes('word539'), 'both talk at the same time');
      world.hurry();
      const [one, two] = [await here.ended, await there.ended];
      assert.deepEqual([one.prompt.state, two.prompt.state], ['done', 'done']);
      assert.match(one.text, /^word0 .*word539\s*$/s);
      assert.match(two.text, /^word0 .*word479\s*$/s);
      const asked = world.asked;
      await other.turn('Please run [[text:alone]]');
      const remembered = rememberedWith(world.model, asked, 'text:alone');
      assert.deepEqual(remembered, ['slow:480', 'text:alone']);
    },
  },
  {
    name: 'past session continued',
    async run(world) {
      await world.turn('Please run [[text:keep]]');
      const past = world.agentSession;
      const other = await world.beside();
      await world.end();
      const list = await other.probe.request<AgentSessionsResult>(methods.agentSessions, { limit: 20 });
      if (!list.offered) throw new NotOffered('its sessionCapabilities have no list');
      const found = list.sessions.find(({ id }) => id === past);
      assert.ok(found, `${past} among ${JSON.stringify(list.sessions)}`);
      assert.equal(found.here, true);
      const { sessionId } = await within(
        other.probe.request<AgentSessionContinueResult>(methods.agentSessionContinue, { id: past }),
        patienceMs,
        'the past session',
      );
      await other.open(sessionId);
      const texts = other.transcript.items.flatMap((item) => (item.kind === 'message' ? [item] : []));
      const shown = JSON.stringify(texts);
      assert.match(shown, /\[\[text:keep\]\]/);
      assert.match(shown, /Hello from the fake model/);
      const asked = other.asked;
      const { prompt, text } = await other.turn('Please run [[text:past]]');
      assert.equal(prompt.state, 'done');
      assert.equal(text, said.text);
      const remembered = rememberedWith(other.model, asked, 'text:past');
      assert.ok(remembered.includes('text:keep'), remembered.join(', '));
    },
  },
  {
    name: 'past session in another program',
    async run(world) {
      const here = await world.beside();
      const program = await world.elsewhere();
      try {
        const past = (await program.probe.open(world.workspace)).sessionId;
        await program.probe.prompt('Please run [[text:elsewhere]]');
        const list = () => here.probe.request<AgentSessionsResult>(methods.agentSessions, { limit: 20 });
        const { offered, forks, sessions } = await list();
        if (!offered) throw new NotOffered('its sessionCapabilities have no list');
        const live = sessions.filter((one) => one.live).map(({ id }) => id);
        assert.ok(live.includes(past), `${past} among ${JSON.stringify(sessions)}`);
        const go = (choice?: LiveChoice) =>
          within(
            here.probe.request<AgentSessionContinueResult>(methods.agentSessionContinue, {
              ...{ id: past, live: choice },
            }),
            patienceMs,
            'the past session',
          );
        await assert.rejects(go(), (error: { data?: { offdesk?: { code?: string } } }) => {
          return error.data?.offdesk?.code === 'session_live';
        });
        if (!forks) throw new NotOffered('seen, and its sessionCapabilities have no fork');
        await here.open((await go('fork')).sessionId);
        assert.notEqual(here.agentSession, past);
        assert.match(JSON.stringify(here.transcript.items), /\[\[text:elsewhere\]\]/);
        const asked = here.asked;
        const { prompt } = await here.turn('Please run [[text:copy]]');
        assert.equal(prompt.state, 'done');
        const remembered = rememberedWith(here.model, asked, 'text:copy');
        assert.ok(remembered.includes('text:elsewhere'), remembered.join(', '));
        // The other one is as it was, and goes on there.
        const { stopReason } = await program.probe.prompt('Please run [[text:there]]');
        assert.equal(stopReason, 'end_turn');
      } finally {
        await program.stop();
      }
    },
  },
];
