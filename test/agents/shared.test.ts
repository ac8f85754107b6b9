/** What lets sessions share a process of a real agent, and what keeps the others from it, measured again each time. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { knownAgent } from '../../src/agent/catalog.ts';
import { turnRequests } from '../support/model-log.ts';
import { root } from '../support/paths.ts';
import { runsIn } from '../support/agent-processes.ts';
import { isRunning } from '../support/process-table.ts';
import { agentMissing, agentsPlace, everyAgent } from '../support/real-agents.ts';
import { eventually, within } from '../support/wait.ts';
import { patienceMs } from './agent-world.ts';
import { SharedAgent, type Member } from './shared-agent.ts';

const words = (text: string) => [{ type: 'text', text: `Please run ${text}` }];
const turn = ({ agent }: Member, text: string) =>
  within(agent.prompt(words(text)), patienceMs, `the end of ${text}`);

/** Answers every question of the session with the option of this kind, and counts them. */
function answering({ sink }: Member, kind: string): { asked: number } {
  const count = { asked: 0 };
  sink.answer = (_, { request }) => {
    count.asked++;
    const options = (request['options'] ?? []) as { optionId: string; kind: string }[];
    const option = options.find((one) => one.kind === kind);
    return Promise.resolve(
      option ? { outcome: 'selected', optionId: option.optionId } : { outcome: 'cancelled' },
    );
  };
  return count;
}

describe('sessions that share an agent', function () {
  this.timeout(4 * 60_000);
  const place = agentsPlace(50);

  for (const name of everyAgent) {
    const sharing = knownAgent(name).commands[0].quirks?.sharing;

    describe(name, () => {
      let made: SharedAgent;
      let one: Member;
      let two: Member;

      before(async function () {
        const missing = agentMissing(name);
        if (missing) {
          console.log(`skipped: ${missing}`);
          this.skip();
        }
        made = new SharedAgent(name, place);
        const memo = {
          ...{
            name: 'memo',
            command: process.execPath,
            args: [join(root, 'test', 'support', 'mcp-server.mjs'), 'x'],
          },
          env: [{ name: 'WORD', value: 'wheelbarrow' }],
        };
        const first = made.member({ folder: 'one', servers: [memo] });
        // Two processes of Codex that make a new home at the same time end each other.
        if (!sharing) await first;
        [one, two] = await Promise.all([first, made.member({ folder: 'two' })]);
      });

      after(() => made?.dispose());

      if (!sharing) {
        it('A27: each has a process of its own', () => {
          assert.notEqual(one.pid, two.pid);
        });
        return;
      }

      it('A27: sessions of two folders are in one process, and work at once, each in its own folder', async () => {
        assert.equal(one.pid, two.pid);
        const asked = [one, two].map((member) => answering(member, 'allow_once'));
        await Promise.all([one, two].map((member) => turn(member, '[[shell:pwd > where.txt && sleep 1]]')));
        for (const { cwd } of [one, two])
          assert.equal(readFileSync(join(cwd, 'where.txt'), 'utf8').trim(), cwd);
        assert.deepEqual(
          asked.map((count) => count.asked),
          [1, 1],
        );
        await Promise.all(
          [one, two].map((member) => turn(member, `[[write:${join(member.cwd, 'own.txt')}]]`)),
        );
        for (const [{ cwd, files }, other] of [
          [one, two],
          [two, one],
        ] as const) {
          assert.ok(existsSync(join(cwd, 'own.txt')));
          assert.deepEqual(
            files.filter((path) => path.startsWith(other.cwd)),
            [],
            'what it uses of its client is its own',
          );
        }
      });

      it('A27: the tools of one are not the other’s', async () => {
        const asked = place.model.requests().length;
        await turn(two, '[[text:tools]]');
        // Claude Code may look back at the other's turn meanwhile.
        const own = turnRequests(place.model, asked).filter(({ wish }) => wish === 'text:tools');
        const tools = own.flatMap(({ tools }) => tools ?? []);
        assert.ok(tools.length > 0);
        assert.deepEqual(
          tools.filter((tool) => /memo/.test(tool)),
          [],
        );
      });

      it('A27: what is allowed for good in one is asked again in the others that share its process', async () => {
        const third = await made.member({ folder: 'one' });
        assert.equal(third.pid === one.pid, sharing === 'all');
        answering(one, 'allow_always');
        await turn(one, '[[shell:echo good > good.txt]]');
        for (const member of [two, third]) {
          const count = answering(member, 'reject_once');
          await turn(member, '[[shell:echo good > good.txt]]').catch(() => {});
          assert.equal(count.asked, 1, `asked in ${member.cwd}`);
        }
        await third.agent.stop();
      });

      it('A29: a cancel and an end are of one alone; its command ends with it, and it goes on in another process', async () => {
        const member = await made.member({ folder: 'three' });
        answering(member, 'allow_once');
        const slow = two.agent.prompt(words('[[slow:80]]'));
        const command = 'sleep 287';
        const cut = member.agent.prompt(words(`[[slow-shell:echo x > begun.txt && ${command}]]`));
        cut.catch(() => {});
        await eventually(() => existsSync(join(member.cwd, 'begun.txt')), {
          what: 'the command',
          timeoutMs: patienceMs,
        });
        await within(member.agent.stop(), patienceMs, 'its end');
        await eventually(() => !runsIn(member.cwd, command), { what: 'the command to be gone' });
        assert.ok(isRunning(two.pid));
        assert.deepEqual(await within(slow, patienceMs, 'the other turn'), { stopReason: 'end_turn' });
        assert.match(two.sink.text, /word79\s*$/);
        const back = await within(
          member.agent.start(member.sink, member.session),
          patienceMs,
          'its way back',
        );
        assert.deepEqual([back.session, back.kept], [member.session, true]);
        const asked = place.model.requests().length;
        await turn(member, '[[text:back]]');
        const remembered = turnRequests(place.model, asked).find(
          ({ wish }) => wish === 'text:back',
        )?.remembered;
        assert.ok(
          remembered?.some((wish) => wish.startsWith('slow-shell')),
          remembered?.join(', '),
        );
      });
    });
  }
});
