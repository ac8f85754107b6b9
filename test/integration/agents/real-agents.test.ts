/** Real agents against the scripted model, over ACP on stdio: what Offdesk builds on holds. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { said } from '../../model/scenarios.ts';
import { applyFacts, emptyTranscript } from '../../../src/transcript/fold.ts';
import type { ToolItem } from '../../../src/transcript/items.ts';
import {
  agentCommand,
  agentMissing,
  agentsPlace,
  realAgents,
  startAgent,
  type RunningAgent,
} from '../../support/real-agents.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';
import { eventually, within } from '../../support/wait.ts';
import { Recorder } from '../../unit/transcript/recorded.ts';

const turnMs = 60_000;

describe('real agents', function () {
  this.timeout(3 * 60_000);
  const place = agentsPlace(50);

  for (const name of realAgents) {
    describe(name, () => {
      let folder: string;
      let cwd: string;
      let agent: RunningAgent;

      before(async function () {
        const missing = agentMissing(name);
        if (missing) {
          console.log(`skipped: ${missing}`);
          this.skip();
        }
        folder = tempFolder('od-agent');
        cwd = join(folder, 'workspace');
        mkdirSync(cwd);
        writeFileSync(join(cwd, 'readme.txt'), 'alpha line\n');
        agent = startAgent(agentCommand(name, { home: join(folder, 'home'), modelUrl: place.model.url }), {
          cwd,
          network: place.network,
        });
        try {
          await within(agent.probe.open(cwd), 2 * turnMs, `a session of ${name}`);
        } catch (error) {
          throw new Error(`${String(error)}\n${agent.stderr()}`, { cause: error });
        }
      });

      after(async () => {
        await agent?.stop();
        if (folder) removeFolder(folder);
      });

      beforeEach(() => {
        agent.probe.updates.length = 0;
        agent.probe.questions.length = 0;
        agent.probe.onQuestion = undefined;
      });

      const turn = (text: string) => within(agent.probe.prompt(text), turnMs, `the end of ${text}`);

      function tools(): ToolItem[] {
        const recorder = new Recorder();
        for (const update of agent.probe.updates) recorder.update(update);
        const { items } = applyFacts(emptyTranscript(), recorder.facts);
        return items.filter((item): item is ToolItem => item.kind === 'tool');
      }

      it('streams text and thoughts', async () => {
        assert.equal((await turn('Please run [[text]]')).stopReason, 'end_turn');
        assert.equal(agent.probe.text(), said.text);
        assert.match(agent.probe.text('agent_thought_chunk'), /scripted reply/);
      });

      it('writes a file when it is allowed to', async () => {
        agent.probe.onQuestion = (question) => question.choose('allow_once');
        assert.equal((await turn('Please run [[write]]')).stopReason, 'end_turn');
        assert.equal(readFileSync(join(cwd, 'hello.txt'), 'utf8'), said.file);
        assert.equal(agent.probe.questions.length, 1);
        assert.deepEqual(
          tools().map(({ status, toolKind }) => [status, toolKind]),
          [['completed', 'edit']],
        );
      });

      it('changes nothing when the edit is rejected', async () => {
        agent.probe.onQuestion = (question) => question.choose('reject_once');
        await turn('Please run [[edit]]');
        assert.equal(agent.probe.questions.length, 1);
        assert.equal(readFileSync(join(cwd, 'readme.txt'), 'utf8'), 'alpha line\n');
        assert.deepEqual(
          tools().map(({ status }) => status),
          ['failed'],
        );
      });

      it('runs a command when allowed, does not when rejected', async () => {
        agent.probe.onQuestion = (question) => question.choose('allow_once');
        await turn('Please run [[shell]]');
        assert.equal(readFileSync(join(cwd, 'shell.txt'), 'utf8'), 'hello-from-shell\n');
        assert.match(tools()[0]?.output ?? '', /hello-from-shell/);
        agent.probe.onQuestion = (question) => question.choose('reject_once');
        await turn('Please run [[denied]]');
        assert.equal(existsSync(join(cwd, 'denied.txt')), false);
      });

      it('stops in the middle of a slow answer', async () => {
        const slow = agent.probe.prompt('Please run [[slow]]');
        await eventually(() => agent.probe.text().includes('word5 '), {
          what: 'some words',
          timeoutMs: turnMs,
        });
        await agent.probe.cancel();
        assert.equal((await within(slow, turnMs, 'the end')).stopReason, 'cancelled');
        assert.ok(!agent.probe.text().includes('word599'));
        // And it goes on.
        agent.probe.updates.length = 0;
        assert.equal((await turn('Please run [[text]]')).stopReason, 'end_turn');
        assert.ok(agent.probe.text().includes(said.text));
      });

      it('stops a command that runs', async () => {
        agent.probe.onQuestion = (question) => question.choose('allow_once');
        const slow = agent.probe.prompt('Please run [[slow-shell:echo begun > begun.txt && sleep 300]]');
        await eventually(() => existsSync(join(cwd, 'begun.txt')), {
          what: 'the command',
          timeoutMs: turnMs,
        });
        await agent.probe.cancel();
        assert.equal((await within(slow, turnMs, 'the end')).stopReason, 'cancelled');
      });

      if (name === 'claude') {
        it('asks a question by a form', async () => {
          agent.probe.onQuestion = (question) =>
            question.answer({ action: 'accept', content: { question_0: 'Blue' } });
          await turn('Please run [[ask]]');
          assert.equal(agent.probe.questions[0]?.method, 'elicitation/create');
          assert.match(agent.probe.text(), /Which colour do you want\?"="Blue"/);
        });
      }

      it('stops with a question open', async () => {
        const open = agent.probe.prompt('Please run [[write:again.txt]]');
        const question = await agent.probe.question();
        await agent.probe.cancel();
        question.answer({ outcome: { outcome: 'cancelled' } });
        assert.equal((await within(open, turnMs, 'the end')).stopReason, 'cancelled');
        assert.equal(existsSync(join(cwd, 'again.txt')), false);
      });
    });
  }
});
