/** Real agents that were killed remember: their session is continued, nothing of it is told twice, no command is left. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { markVariable } from '../../../src/agent/family.ts';
import { endOrphan, type ProcessIdentity } from '../../../src/agent/orphan.ts';
import { Upstream } from '../../../src/agent/upstream.ts';
import type { OffdeskError } from '../../../src/base/error.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { RawUpdate } from '../../../src/protocol/facts.ts';
import type { AgentSink, QuestionEnd } from '../../../src/session/agent-port.ts';
import { said } from '../../model/scenarios.ts';
import { root } from '../../support/paths.ts';
import { processesWithEnv } from '../../support/process-table.ts';
import { agentCommand, agentMissing, agentsPlace, realAgents } from '../../support/real-agents.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';
import { eventually, within } from '../../support/wait.ts';

const turnMs = 60_000;
const words = (text: string) => [{ type: 'text', text }];

/** Keeps what it is told and allows everything once. */
class KeptSink implements AgentSink {
  readonly updates: RawUpdate[] = [];
  end: OffdeskError | undefined;

  update(update: RawUpdate): void {
    this.updates.push(update);
  }

  ask(_kind: string, { options }: Record<string, unknown>): Promise<QuestionEnd> {
    const all = (options ?? []) as { optionId: string; kind: string }[];
    const once = all.find(({ kind }) => kind === 'allow_once');
    return Promise.resolve(
      once ? { outcome: 'selected', optionId: once.optionId } : { outcome: 'cancelled' },
    );
  }

  exited(error: OffdeskError): void {
    this.end = error;
  }

  get text(): string {
    return this.updates
      .filter(({ sessionUpdate }) => sessionUpdate === 'agent_message_chunk')
      .map((update) => (update['content'] as { text?: string }).text ?? '')
      .join('');
  }

  /** What a transcript would show. */
  get shown(): string[] {
    return this.updates
      .map(({ sessionUpdate }) => sessionUpdate)
      .filter((kind) => /chunk$|^tool_call|^plan$/.test(kind));
  }
}

describe('real agents that were killed', function () {
  this.timeout(6 * turnMs);
  const place = agentsPlace(50);

  for (const name of realAgents) {
    describe(name, () => {
      let folder: string;
      let cwd: string;
      let command: { command: string; args: string[]; env: Record<string, string> };
      let agent: Upstream;
      let session: string;
      const processes: ProcessIdentity[] = [];

      before(async function () {
        const missing = agentMissing(name);
        if (missing) {
          console.log(`skipped: ${missing}`);
          this.skip();
        }
        folder = tempFolder('od-killed');
        cwd = join(folder, 'workspace');
        mkdirSync(cwd);
        const own = agentCommand(name, { home: join(folder, 'home'), modelUrl: place.model.url });
        const [program, args] = place.network.command(own.command, ...own.args);
        command = { command: program, args, env: own.env };
        agent = new Upstream({
          ...{ ...command, name, cwd, installHint: '', authMethod: undefined, loginHint: '' },
          // A busy machine is not what is tested.
          startMs: 2 * turnMs,
          ...{ log: silentLog, onProcess: (one) => void (one && processes.push(one)) },
        });
      });

      after(async () => {
        await agent?.stop();
        if (folder) removeFolder(folder);
      });

      const left = ({ mark }: ProcessIdentity) => processesWithEnv(markVariable, mark);

      async function kill(sink: KeptSink): Promise<void> {
        process.kill(processes.at(-1)!.pid, 'SIGKILL');
        await eventually(() => sink.end, { what: 'its end', timeoutMs: turnMs });
        assert.equal(sink.end?.code, 'agent_exited');
      }

      async function again(): Promise<KeptSink> {
        const sink = new KeptSink();
        const offers = await agent.start(sink, session);
        assert.deepEqual([offers.session, offers.kept], [session, true]);
        return sink;
      }

      it('A15: killed in a turn, it goes on and remembers what was said', async () => {
        const first = new KeptSink();
        session = (await agent.start(first)).session;
        await within(agent.prompt(words('Please run [[text]]')), turnMs, 'the first turn');
        const slow = agent.prompt(words('Please run [[slow]]'));
        const lost = assert.rejects(slow, { code: 'agent_exited' });
        await eventually(() => first.text.includes('word5 '), { what: 'some words', timeoutMs: turnMs });
        await kill(first);
        await lost;

        const second = await again();
        const asked = place.model.requests().length;
        await within(agent.prompt(words('Please run [[text:again]]')), turnMs, 'the turn afterwards');
        // Nothing but this turn: what was told before it would be in front.
        assert.equal(second.text, said.text);
        assert.deepEqual(
          second.shown.filter((kind) => !/^agent_(thought|message)_chunk$/.test(kind)),
          [],
        );
        const requests = place.model.requests().slice(asked);
        assert.deepEqual(requests.findLast(({ remembered }) => (remembered?.length ?? 0) > 1)?.remembered, [
          'text',
          'slow',
          'text:again',
        ]);
      });

      it('A3: killed while a command runs, the command is ended', async () => {
        const sink = await again();
        const slow = agent.prompt(words('Please run [[slow-shell:echo x > begun.txt && sleep 300]]'));
        slow.catch(() => undefined);
        await eventually(() => existsSync(join(cwd, 'begun.txt')), {
          what: 'the command',
          timeoutMs: turnMs,
        });
        await kill(sink);
        const killed = processes.at(-1)!;
        await eventually(() => left(killed).length === 0, { what: 'the command to be gone' });
        assert.deepEqual((await again()).shown, []);
        await agent.stop();
      });

      it('A18: its host killed while a command runs, nothing is left for the next one', async function () {
        const options = {
          ...command,
          cwd,
          session,
          prompt: 'Please run [[slow-shell:echo x > on.txt && sleep 300]]',
        };
        const host = spawn(
          process.execPath,
          ['--import', 'tsx', join(root, 'test', 'integration', 'agents', 'killed-host.ts')],
          {
            cwd: root,
            stdio: ['ignore', 'pipe', 'inherit'],
            env: { ...process.env, KILLED_HOST: JSON.stringify(options) },
          },
        );
        const lines = createInterface({ input: host.stdout });
        const [line] = (await within(once(lines, 'line'), 2 * turnMs, 'the host')) as [string];
        const identity = JSON.parse(line) as ProcessIdentity;
        await eventually(() => existsSync(join(cwd, 'on.txt')), {
          what: 'the command',
          timeoutMs: 2 * turnMs,
        });
        host.kill('SIGKILL');
        await once(host, 'exit');
        assert.notEqual(await within(endOrphan(identity), 20_000, 'its end'), 'left');
        // What had begun to end by itself is no orphan, and gone a moment later.
        await eventually(() => left(identity).length === 0, { what: 'the command to be gone' });
        assert.deepEqual((await again()).shown, []);
      });
    });
  }
});
