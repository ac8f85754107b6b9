/** What the demo agent does for each wish. */
import { basename } from 'node:path';
import type { ToolCallContent } from '@agentclientprotocol/sdk';
import { harmless, runHarmless } from './command.ts';
import { ScratchError, type Scratch } from './scratch.ts';
import type { Stage } from './stage.ts';
import * as texts from './texts.ts';
import type { SceneName, Wish } from './understand.ts';

export interface SceneSession {
  scratch: Scratch;
  /** `auto`: edits without asking. */
  mode: 'ask' | 'auto';
  /** Kinds of work that were always allowed. */
  allowed: Set<'edit' | 'run'>;
  /** The client can show forms. */
  forms: boolean;
}

type Scene = (stage: Stage, session: SceneSession, argument: string) => Promise<void>;

const maxWords = 10_000;
const fallbackWords = 600;

export function play(wish: Wish, stage: Stage, session: SceneSession): Promise<void> {
  return scenes[wish.scene](stage, session, wish.argument);
}

const scenes: Record<SceneName, Scene> = {
  async tour(stage) {
    await stage.think(texts.tourThought);
    await stage.say(texts.tour);
  },
  async help(stage) {
    await stage.say(texts.help);
  },
  async text(stage) {
    await stage.think(texts.showThought);
    await stage.say(texts.show);
  },
  async chat(stage) {
    await stage.think(texts.chatThought);
    await stage.say(texts.chat);
  },
  async unknown(stage, _session, name) {
    await stage.say(texts.unknownCommand(name));
  },
  async long(stage, _session, argument) {
    const wanted = Number.parseInt(argument, 10);
    const count = Math.min(Number.isFinite(wanted) && wanted > 0 ? wanted : fallbackWords, maxWords);
    await stage.say(Array.from({ length: count }, (_, i) => `word${String(i + 1)}`).join(' '));
  },
  async plan(stage) {
    await stage.think(texts.planThought);
    for (let done = 0; done <= texts.planSteps.length; done++) {
      await stage.plan(
        texts.planSteps.map((content, i) => ({
          content,
          priority: i === 0 ? 'high' : 'medium',
          status: i < done ? 'completed' : i === done ? 'in_progress' : 'pending',
        })),
      );
      const step = texts.planSteps[done];
      if (step) await stage.say(`${step} …\n\n`);
    }
    await stage.say(texts.planDone);
  },
  async ask(stage, session) {
    await stage.say(texts.beforeQuestion);
    await stage.say(session.forms ? await askByForm(stage) : await askByChoice(stage));
  },
  async edit(stage, session, argument) {
    const [name = texts.noteFile, ...rest] = argument.split(/\s+/).filter(Boolean);
    await stage.think(texts.editThought);
    try {
      await edit(stage, session, name, rest.join(' ') || texts.noteLine);
    } catch (error) {
      if (!(error instanceof ScratchError)) throw error;
      await stage.say(error.message);
    }
  },
  async run(stage, session) {
    await stage.think(texts.runThought);
    await run(stage, session);
  },
};

async function edit(stage: Stage, session: SceneSession, name: string, line: string): Promise<void> {
  const { scratch } = session;
  const path = await scratch.resolve(name);
  const before = await scratch.read(path);
  const after = before === undefined ? texts.newNote(line) : `${before}${line}\n`;
  const title = `${before === undefined ? 'Create' : 'Edit'} ${basename(path)}`;
  const content: ToolCallContent[] = [{ type: 'diff', path, oldText: before ?? null, newText: after }];
  const call = { title, kind: 'edit', content, locations: [{ path }], rawInput: { path, line } } as const;
  let ended = texts.edited(basename(path));
  await stage.tool({ ...call, content, locations: [{ path }] }, async (toolCallId) => {
    const free = session.mode === 'auto' || session.allowed.has('edit');
    if (!free) {
      const answer = await stage.permission({ toolCallId, ...call, content, locations: [{ path }] });
      if (answer === 'rejected') {
        ended = texts.rejected;
        return { status: 'failed', rawOutput: texts.rejectedOutput };
      }
      if (answer === 'always') session.allowed.add('edit');
    }
    await stage.update({ sessionUpdate: 'tool_call_update', toolCallId, status: 'in_progress' });
    await stage.pause(3);
    // Between question and answer the file may have become a link.
    await scratch.write(await scratch.resolve(name), after);
    return { status: 'completed', rawOutput: texts.wrote(after.length) };
  });
  await stage.say(ended);
}

async function run(stage: Stage, session: SceneSession): Promise<void> {
  const cwd = await session.scratch.folder;
  const call = {
    title: harmless.title,
    kind: 'execute',
    rawInput: { command: harmless.title, cwd },
  } as const;
  let said: string = texts.rejected;
  await stage.tool(call, async (toolCallId) => {
    if (!session.allowed.has('run')) {
      const answer = await stage.permission({ toolCallId, ...call });
      if (answer === 'rejected') return { status: 'failed', rawOutput: texts.rejectedOutput };
      if (answer === 'always') session.allowed.add('run');
    }
    await stage.update({ sessionUpdate: 'tool_call_update', toolCallId, status: 'in_progress' });
    const shown = (output: string): ToolCallContent[] => [
      { type: 'content', content: { type: 'text', text: output } },
    ];
    const end = await runHarmless(cwd, stage.signal, (output) => {
      const update = { sessionUpdate: 'tool_call_update', toolCallId, content: shown(output) } as const;
      // Cancelled meanwhile: the call's end says so.
      stage.update(update).catch(() => {});
    });
    await stage.pause(1);
    said = texts.ran(end.code);
    return {
      status: end.code === 0 ? 'completed' : 'failed',
      content: shown(end.output),
      rawOutput: { ...end },
    };
  });
  await stage.say(said);
}

async function askByForm(stage: Stage): Promise<string> {
  const answer = await stage.elicit(texts.question, {
    properties: {
      colour: {
        type: 'string',
        title: 'Colour',
        oneOf: texts.colours.map((name) => ({ const: name, title: name })),
      },
      note: { type: 'string', title: 'Anything else?', maxLength: 200 },
    },
    required: ['colour'],
  });
  if (answer.action !== 'accept') return texts.noColour;
  const { colour, note } = (answer as { content?: { colour?: unknown; note?: unknown } }).content ?? {};
  return texts.colourChosen(String(colour), typeof note === 'string' ? note : '');
}

/** For clients without forms. */
async function askByChoice(stage: Stage): Promise<string> {
  let chosen = '';
  await stage.tool({ title: texts.question, kind: 'other' }, async (toolCallId) => {
    const choices = texts.colours.map((name) => ({ optionId: name, name, kind: 'allow_once' as const }));
    const none = { optionId: '', name: 'Neither', kind: 'reject_once' as const };
    const { optionId } = await stage.choose({ toolCallId, title: texts.question }, [...choices, none]);
    chosen = optionId;
    return { status: 'completed', rawOutput: optionId };
  });
  return chosen ? texts.colourChosen(chosen, '') : texts.noColour;
}
