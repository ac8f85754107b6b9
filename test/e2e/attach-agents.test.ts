/** `offdesk attach` with real agents: prompt, question, stop and a cut, with a phone on the same session. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { said } from '../model/scenarios.ts';
import { AttachedEditor } from '../support/attached-editor.ts';
import { cliEnvironment } from '../support/cli-host.ts';
import { cliPath, root } from '../support/paths.ts';
import { start, type TestProcess } from '../support/processes.ts';
import { agentCommand, agentMissing, agentsPlace, realAgents } from '../support/real-agents.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { eventually } from '../support/wait.ts';

const patienceMs = 120_000;

describe('M8: offdesk attach with real agents', function () {
  this.timeout(300_000);
  const place = agentsPlace(30);
  const processes: TestProcess[] = [];
  afterEach(async () => {
    for (const process of processes.splice(0).reverse()) await process.stop('SIGINT');
  });

  for (const name of realAgents) {
    it(`L26: ${name}: prompt, question, stop and a network that goes in a turn, a phone on the same session`, async function () {
      const missing = agentMissing(name);
      if (missing) {
        console.log(`skipped: ${missing}`);
        return this.skip();
      }
      const { network, model } = place;
      const folder = tempFolder('od-attach');
      const workspace = join(folder, 'work');
      mkdirSync(workspace);
      const agent = agentCommand(name, { home: join(folder, 'agent'), modelUrl: model.url });
      const words = [agent.command, ...agent.args].map((word) => `'${word}'`).join(' ');
      const node = (...args: string[]) => network.command(process.execPath, ...args);
      const run = ([command, args]: [string, string[]], title: string, more: object = {}): TestProcess => {
        const made = start(command, args, { name: title, cwd: root, ...more });
        processes.push(made);
        return made;
      };
      const host = run(
        node(cliPath, 'remote-control', '--json', '--cwd', workspace, '--agent-command', words),
        `offdesk with ${name}`,
        { baseEnv: agent.env, env: { OFFDESK_HOME: join(folder, 'machine') } },
      );
      const { url } = await line<{ url: string }>(host, 'ready');
      const side = run(
        node('--import', 'tsx', join(root, 'test', 'e2e', 'support', 'attach-main.ts')),
        'phone and cable',
      );
      const tell = (wish: object): void => side.writeLine(JSON.stringify(wish));
      tell({ link: url });
      await line(host, 'pairing');
      host.writeLine('y');
      await line(side, 'paired');
      host.writeLine('invite');
      tell({ proxy: (await line<{ url: string }>(host, 'invite')).url });
      const { link } = await line<{ link: string }>(side, 'proxied');

      const editor = new AttachedEditor({
        args: ['--invite', link, '--scope', 'control', '--name', 'Zed'],
        env: cliEnvironment(join(folder, 'editor')),
        network,
      });
      processes.push(editor.process);
      await line(host, 'pairing');
      host.writeLine('y');
      const { probe: acp } = editor;
      await acp.open(workspace);
      const onPhone = (): string =>
        side.stdout.json.flatMap(({ event, text }) => (event === 'text' ? [String(text)] : [])).join('');

      // Prompt.
      assert.equal((await acp.prompt('[[text]]')).stopReason, 'end_turn');
      assert.ok(acp.text().includes(said.text), acp.text());

      // Question, answered in the editor; the phone learns whose answer it was.
      acp.onQuestion = (question) => question.choose('allow_once');
      assert.equal((await acp.prompt('[[shell]]')).stopReason, 'end_turn');
      assert.equal(acp.questions.length, 1);
      await side.stdout.waitForJson(({ type, by }) => type === 'question_closed' && by === 'Zed', patienceMs);

      // The network goes in the middle of a turn, and comes back; then Stop.
      const before = acp.text().length;
      const slow = acp.prompt('[[slow]]');
      const words2 = async (more: number): Promise<void> => {
        const from = acp.text().length;
        await eventually(() => acp.text().length > from + more, { what: 'words', timeoutMs: patienceMs });
      };
      await eventually(() => acp.text().length > before + 30, { what: 'words', timeoutMs: patienceMs });
      tell({ net: 'refuse' });
      await editor.process.stderr.waitForLine((text) => text.includes('Trying until'), patienceMs);
      tell({ net: 'heal' });
      await words2(60);
      await acp.cancel();
      assert.equal((await slow).stopReason, 'cancelled');
      await eventually(() => onPhone() === acp.text(), {
        what: 'the same words on the phone',
        timeoutMs: patienceMs,
      }).catch(() => assert.equal(onPhone(), acp.text()));

      // It goes on after Stop.
      assert.equal((await acp.prompt('[[text]]')).stopReason, 'end_turn');
      assert.deepEqual(editor.strange, []);
      editor.process.stdin.end();
      assert.equal((await editor.process.waitForExit()).code, 0);
    });
  }
});

async function line<T = Record<string, unknown>>(process: TestProcess, name: string): Promise<T> {
  try {
    return await process.stdout.waitForJson<T>(({ event }) => event === name, patienceMs);
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${process.output}`, { cause: error });
  }
}
