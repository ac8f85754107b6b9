/** What every agent is put through, each written once. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer } from '../../src/protocol/facts.ts';
import type { ToolItem } from '../../src/transcript/items.ts';
import { said } from '../model/scenarios.ts';
import { eventually } from '../support/wait.ts';
import { choose, patienceMs, type AgentWorld, type Answers } from './agent-world.ts';
import { queueScenarios } from './queue-scenarios.ts';
import { lastingScenarios } from './lasting-scenarios.ts';
import { NotOffered } from './table.ts';

export interface Scenario {
  name: string;
  /** Throws NotOffered where the agent shows that it has no such thing. */
  run(world: AgentWorld): Promise<void>;
}

const isOpen = ({ status }: ToolItem): boolean => status === 'pending' || status === 'in_progress';
const diffsOf = ({ content }: ToolItem) => content.filter((one) => one.type === 'diff');

export const scenarios: readonly Scenario[] = [
  {
    name: 'text',
    async run(world) {
      const { prompt, text } = await world.turn('Please run [[text]]');
      assert.equal(prompt.state, 'done');
      assert.equal(text, said.text);
    },
  },
  {
    name: 'thoughts',
    async run(world) {
      const { thoughts } = await world.turn('Please run [[text:thoughts]]');
      assert.match(thoughts, /scripted reply/);
    },
  },
  {
    name: 'read',
    async run(world) {
      const { prompt, tools, text } = await world.turn(
        `Please run [[read:${join(world.workspace, 'readme.txt')}]]`,
        choose('allow_once'),
      );
      assert.equal(prompt.state, 'done');
      assert.deepEqual(
        tools.map(({ status }) => status),
        ['completed'],
      );
      assert.match(tools[0]!.toolKind, /^(read|execute)$/);
      assert.match(text, /alpha line/);
    },
  },
  {
    name: 'edit with diff',
    async run(world) {
      const file = join(world.workspace, 'readme.txt');
      const { prompt, tools, questions } = await world.turn(
        `Please run [[edit:${file}]]`,
        choose('allow_once'),
      );
      assert.equal(prompt.state, 'done');
      assert.equal(readFileSync(file, 'utf8'), 'beta line\n');
      writeFileSync(file, 'alpha line\n');
      // Kimi Code edits in its own folder without asking.
      assert.ok(questions.length <= 1);
      const [tool] = tools;
      assert.deepEqual([tools.length, tool?.status, tool?.toolKind], [1, 'completed', 'edit']);
      const [diff] = diffsOf(tool!);
      assert.match(diff?.newText ?? '', /beta/);
      assert.match(diff?.oldText ?? '', /alpha/);
    },
  },
  {
    name: 'write new file',
    async run(world) {
      const file = join(world.workspace, 'hello.txt');
      const { prompt, tools, questions } = await world.turn(
        `Please run [[write:${file}]]`,
        choose('allow_once'),
      );
      assert.equal(prompt.state, 'done');
      assert.equal(readFileSync(file, 'utf8'), said.file);
      // Kimi Code edits in its own folder without asking.
      assert.ok(questions.length <= 1);
      const [tool] = tools;
      assert.deepEqual([tools.length, tool?.status, tool?.toolKind], [1, 'completed', 'edit']);
      const [diff] = diffsOf(tool!);
      // Kimi Code shows a new file as what its tool was given.
      assert.match(diff?.newText ?? JSON.stringify(tool?.rawInput), /hello written by scripted model/);
      assert.equal(diff?.oldText ?? '', '');
    },
  },
  {
    name: 'shell allowed',
    async run(world) {
      const { prompt, tools, questions, text } = await world.turn(
        'Please run [[shell]]',
        choose('allow_once'),
      );
      assert.equal(prompt.state, 'done');
      assert.equal(readFileSync(join(world.workspace, 'shell.txt'), 'utf8'), 'hello-from-shell\n');
      assert.equal(questions.length, 1);
      const [tool] = tools;
      assert.deepEqual([tools.length, tool?.status, tool?.toolKind], [1, 'completed', 'execute']);
      // Gemini CLI sends nothing of what a command printed: no content, no output.
      const silent = tool?.content.length === 0 && tool.rawOutput === undefined;
      assert.match(silent ? text : (tool?.output ?? ''), /hello-from-shell/);
      if (world.name !== 'kimi') return;
      // It ran in a shared terminal, which is gone; what it showed stayed.
      const [part] = tool?.content ?? [];
      assert.deepEqual(part?.type === 'terminal' && part.exit, { code: 0, signal: null });
    },
  },
  {
    name: 'shell rejected',
    async run(world) {
      const { prompt, tools, questions } = await world.turn('Please run [[denied]]', choose('reject_once'));
      assert.equal(questions.length, 1);
      assert.equal(existsSync(join(world.workspace, 'denied.txt')), false);
      // Codex ends the turn.
      assert.match(prompt.state, /^(done|cancelled)$/);
      assert.deepEqual(
        tools.map(({ status }) => status === 'failed' || status === 'cancelled'),
        [true],
      );
      await usable(world);
    },
  },
  {
    name: 'long shell cancelled',
    async run(world) {
      const begun = join(world.workspace, 'begun.txt');
      const asking = world.ask(
        'Please run [[slow-shell:echo begun > begun.txt && sleep 300]]',
        choose('allow_once'),
      );
      await eventually(() => existsSync(begun), { what: 'the command', timeoutMs: patienceMs });
      await world.stop();
      const { prompt, tools } = await asking.ended;
      assert.equal(prompt.state, 'cancelled');
      assert.deepEqual(tools.filter(isOpen), []);
      await eventually(() => !world.runs('sleep 300'), { what: 'the command to be gone' });
      await usable(world);
    },
  },
  ...queueScenarios,
  {
    name: 'mode switched',
    async run(world) {
      const { modes } = world.transcript;
      const available = (modes?.['availableModes'] ?? []) as { id: string; _meta?: unknown }[];
      const before = modes?.['currentModeId'];
      const other = available.find(({ id, _meta }) => id !== before && !isRisky({ _meta }));
      assert.ok(other, `a mode beside ${String(before)} among ${JSON.stringify(available)}`);
      await world.setMode(other.id);
      assert.equal(world.transcript.modes?.['currentModeId'], other.id);
      await usable(world);
      assert.equal(world.transcript.modes?.['currentModeId'], other.id);
      await world.setMode(String(before));
      assert.equal(world.transcript.modes?.['currentModeId'], before);
      await usable(world);
    },
  },
  {
    name: 'option or model changed',
    async run(world) {
      const options = (world.transcript.configOptions ?? []) as unknown as ConfigOption[];
      const choices = options
        .filter(({ category }) => category !== 'mode')
        .flatMap(({ id, currentValue, ...option }) =>
          valuesOf(option).map((value) => ({ id, currentValue, category: option.category, ...value })),
        )
        .filter(({ value, currentValue }) => value !== currentValue);
      // Other models may be out of reach here, or choose among others by asking one.
      const safe = choices.filter((one) => !isRisky(one));
      const choice = safe.find(({ category }) => category === 'thought_level') ?? safe.at(-1) ?? choices[0];
      assert.ok(choice, `an option with another value among ${JSON.stringify(options)}`);
      const now = () =>
        (world.transcript.configOptions as unknown as ConfigOption[]).find(({ id }) => id === choice.id)
          ?.currentValue;
      await world.setOption(choice.id, choice.value);
      await eventually(() => now() === choice.value, { what: `${choice.id} to be ${choice.value}` });
      await usable(world);
      assert.equal(now(), choice.value);
      await world.setOption(choice.id, choice.currentValue);
      await eventually(() => now() === choice.currentValue, { what: 'the option as before' });
    },
  },
  {
    name: 'question answered',
    async run(world) {
      const asked = world.asked;
      let turn = await world.turn('Please run [[ask]]', blue);
      let way = 'as it is';
      if (turn.questions.length === 0) {
        // Codex has the tool in its plan mode alone.
        const planning = planOption(world);
        if (planning) {
          way = `${planning.id}=plan`;
          await world.setOption(planning.id, 'plan');
          turn = await world.turn('Please run [[ask]]', blue);
          await world.setOption(planning.id, planning.currentValue);
        }
      }
      if (turn.questions.length === 0) {
        const { tools = [] } = world.requests(asked).find(({ marker }) => marker === 'ask') ?? {};
        assert.match(turn.text, /NO TOOL for ask/);
        throw new NotOffered(`gives its model no tool to ask with (${tools.join(', ')})`);
      }
      assert.equal(turn.prompt.state, 'done', way);
      assert.equal(turn.questions.length, 1);
      assert.match(turn.text, /Blue/);
    },
  },
  {
    name: 'plan',
    async run(world) {
      const asked = world.asked;
      const turn = await world.turn('Please run [[plan]]', choose('allow_once'));
      assert.equal(turn.prompt.state, 'done');
      const plan = turn.items.find((item) => item.kind === 'plan');
      if (plan) {
        assert.deepEqual(
          plan.entries.map(({ content, status }) => [content, status]),
          [
            ['First scripted step', 'completed'],
            ['Second scripted step', 'in_progress'],
          ],
        );
        return;
      }
      // Gemini CLI shows of its to-do list a title: `Set 2 todo(s)`.
      const [tool] = turn.tools;
      if (tool && tool.content.length === 0 && tool.rawInput === undefined)
        throw new NotOffered(`tells of its plan only that there is one (${tool.title})`);
      // Claude Code has plans in its plan mode, and asks for them to be approved.
      const before = world.transcript.modes?.['currentModeId'];
      const modes = (world.transcript.modes?.['availableModes'] ?? []) as { id: string }[];
      const planning = modes.find(({ id }) => /(^|#)plan$/.test(id));
      if (planning) {
        await world.setMode(planning.id);
        const { questions } = await world.turn('Please run [[plan:mode]]', choose('reject_once'));
        await world.setMode(String(before));
        if (questions.length > 0) {
          const { kind } = (questions[0]!.request?.['toolCall'] ?? {}) as { kind?: string };
          return assert.equal(kind, 'switch_mode');
        }
      }
      const { tools = [] } = world.requests(asked).findLast(({ marker }) => marker === 'plan') ?? {};
      throw new NotOffered(`gives its model no tool for plans (${tools.join(', ')})`);
    },
  },
  {
    name: 'slash command',
    async run(world) {
      await eventually(() => world.transcript.commands.length > 0, { what: 'commands of the agent' });
      const names = world.transcript.commands.map(({ name }) => String(name));
      // What answers by itself; opencode has only commands for the model.
      const own = ['context', 'status', 'about', 'usage'].find((name) => names.includes(name));
      const command = own === undefined ? '/review [[text:slash]]' : `/${own}`;
      assert.ok(own !== undefined || names.includes('review'), names.join(', '));
      const { prompt, text } = await world.turn(command, choose('allow_once'));
      assert.equal(prompt.state, 'done');
      assert.notEqual(text.trim(), '');
      if (own === undefined) assert.ok(text.includes(said.text), text);
      await usable(world);
    },
  },
  ...lastingScenarios,
];

interface ConfigOption {
  id: string;
  category?: string;
  type: string;
  currentValue: string | boolean;
  options?: unknown;
}

/** Values of one option, in groups or not. */
function valuesOf({ type, options }: Pick<ConfigOption, 'type' | 'options'>) {
  if (type === 'boolean') return [true, false].map((value) => ({ value, _meta: undefined }));
  const all = (Array.isArray(options) ? options : []) as {
    value?: string;
    options?: never[];
    _meta?: unknown;
  }[];
  return all
    .flatMap((one) => one.options ?? [one])
    .flatMap(({ value, _meta }) => (value === undefined ? [] : [{ value, _meta }]));
}

function isRisky({ _meta }: { _meta?: unknown }): boolean {
  return (_meta as { offdesk?: { risky?: boolean } } | undefined)?.offdesk?.risky === true;
}

function planOption(world: AgentWorld): ConfigOption | undefined {
  const options = (world.transcript.configOptions ?? []) as unknown as ConfigOption[];
  return options.find(
    (option) => option.category !== 'mode' && valuesOf(option).some(({ value }) => value === 'plan'),
  );
}

/** The answer `Blue` to a form or to options, whichever the agent asks by. */
const blue: Answers = ({ request }) => {
  const options = (request?.['options'] ?? []) as { optionId: string; name: string }[];
  const option = options.find(({ name }) => /blue/i.test(name));
  if (option) return { outcome: 'selected', optionId: option.optionId };
  const schema = request?.['requestedSchema'] as
    { properties?: Record<string, unknown>; required?: string[] } | undefined;
  const fields = Object.entries(schema?.properties ?? {});
  const chosen = fields.flatMap(([name, field]) => {
    const { oneOf, enum: values } = field as { oneOf?: { const: string }[]; enum?: string[] };
    const value = [...(oneOf ?? []).map((one) => one.const), ...(values ?? [])].find((one) =>
      /blue/i.test(one),
    );
    return value === undefined ? [] : [[name, value] as const];
  });
  assert.equal(chosen.length, 1, `one choice with Blue in ${JSON.stringify(request)}`);
  return { action: 'accept', content: Object.fromEntries(chosen) } satisfies Answer;
};

/** The session goes on: a turn as if nothing had been before, and nothing of what was. */
export async function usable(world: AgentWorld): Promise<void> {
  const { prompt, text } = await world.turn('Please run [[text:usable]]');
  assert.equal(prompt.state, 'done');
  assert.equal(text, said.text);
}
