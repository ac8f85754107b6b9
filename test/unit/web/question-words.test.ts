/** What six real agents asked, as it is shown: from the recordings. */
import assert from 'node:assert/strict';
import { emptyTranscript, TranscriptFold } from '../../../src/transcript/fold.ts';
import type { QuestionItem, Raw, ToolItem } from '../../../src/transcript/items.ts';
import { contentOf, fieldsOf } from '../../../src/transcript/form-fields.ts';
import { readUnifiedDiff } from '../../../src/web/views/line-diff.ts';
import { isLasting, optionsOf, questionsOfTools, toolCallOf } from '../../../src/transcript/asked.ts';
import { askedOf, closedWords } from '../../../src/web/views/question-words.ts';
import { agents, missing, recorded } from '../transcript/recorded.ts';

interface Asked {
  agent: string;
  request: Raw;
  /** The call as the transcript has it by then. */
  tool: ToolItem | undefined;
}

function requests(kind: 'permission' | 'elicitation'): Asked[] {
  return agents.flatMap((agent) =>
    recorded(agent).live.flatMap((facts) => {
      const fold = new TranscriptFold(emptyTranscript());
      return facts.flatMap((fact) => {
        fold.apply(fact);
        if (fact.event?.type !== 'question_opened' || fact.event.kind !== kind) return [];
        const { request } = fact.event;
        const id = toolCallOf(question(request, { kind: 'open' }));
        const tool = fold.transcript.items.find(
          (item): item is ToolItem => item.kind === 'tool' && item.toolCallId === id,
        );
        return [{ agent, request, tool }];
      });
    }),
  );
}

function question(request: Raw, state: QuestionItem['state']): QuestionItem {
  const base = { id: 'q:1', since: 1, seq: 1, place: 1, at: 1, updatedAt: 1 };
  return { ...base, kind: 'question', questionId: '1', questionKind: 'permission', request, state };
}

describe('web: questions', () => {
  before(function () {
    if (!missing) return;
    console.log(`      ${missing}: skipped`);
    this.skip();
  });

  it('C4: shows the exact command or change of every permission request recorded', () => {
    const all = requests('permission');
    assert.ok(all.length > 10);
    for (const { agent, request, tool } of all) {
      const asked = askedOf(request, tool, 'Agent', '/workspace');
      const call = request['toolCall'] as Raw;
      const told =
        asked.exact !== undefined ||
        asked.diffs.length > 0 ||
        asked.patch !== undefined ||
        asked.paths.length > 0;
      assert.ok(told, `${agent}: ${JSON.stringify(call)}`);
      const command = (call['rawInput'] as Raw | undefined)?.['command'];
      if (typeof command === 'string') assert.equal(asked.exact, command);
      if (asked.patch !== undefined) assert.ok(readUnifiedDiff(asked.patch).added > 0);
    }
  });

  it('C4: Kimi, who names the tool alone, has its command found in its words', () => {
    const kimi = requests('permission').find(({ agent }) => agent === 'kimi')!;
    const asked = askedOf(kimi.request, kimi.tool, 'Kimi', '/workspace');
    assert.equal(asked.exact, 'echo hello-from-shell > shell.txt && cat shell.txt');
    assert.equal(asked.title, 'Kimi asks to run a command');
  });

  it('C4: a command that Kimi cuts short in its words is shown whole', () => {
    const cut = requests('permission').filter(({ request }) =>
      /Running: [^"]*…"/.test(JSON.stringify(request)),
    );
    const commands = cut.map(({ request, tool }) => askedOf(request, tool, 'Kimi', '/workspace').exact);
    assert.ok(commands.length > 0);
    for (const command of commands) assert.match(command ?? '', /^for i in .*; done$/);
  });

  it('C4: where the agent’s words name another command than the call, both are shown', () => {
    const asked = (command: string, words: string) => {
      const content = [{ type: 'content', content: { type: 'text', text: words } }];
      const toolCall = { title: 'Bash', kind: 'execute', rawInput: { command }, content };
      return askedOf({ toolCall }, undefined, 'Agent', '/workspace');
    };
    const other = asked('ls', 'Requesting approval to Running: rm -rf build');
    assert.deepEqual([other.exact, other.note], ['ls', 'Requesting approval to Running: rm -rf build']);
    const cut = asked('for i in 1 2\ndo rm $i; done', 'Requesting approval to Running: for i in 1 2 do…');
    assert.deepEqual([cut.exact, cut.note], ['for i in 1 2\ndo rm $i; done', undefined]);
  });

  it('C4: what a tool is given beside its address or command is shown, too', () => {
    const toolCall = { title: 'mcp__mail__send', kind: 'other' };
    const asked = (rawInput: Raw) =>
      askedOf({ toolCall: { ...toolCall, rawInput } }, undefined, 'Agent', '/workspace');
    const sent = asked({ url: 'https://example.org/x', body: 'all of it', description: 'Sends' });
    assert.deepEqual([sent.exact, sent.host], ['https://example.org/x', 'example.org']);
    assert.deepEqual(JSON.parse(sent.input ?? ''), { body: 'all of it' });
    assert.equal(sent.note, 'Sends');
    const both = asked({ command: ['run', 'it'], url: 'https://example.org/y' });
    assert.equal(both.exact, 'run it');
    assert.deepEqual(JSON.parse(both.input ?? ''), { url: 'https://example.org/y' });
    assert.equal(asked({ url: 'https://example.org/z' }).input, undefined);
  });

  it('C4: options keep the names of the agent, and what lasts is told apart', () => {
    for (const { request } of requests('permission')) {
      const options = optionsOf(request);
      assert.deepEqual(
        options.map(({ name }) => name),
        (request['options'] as { name: string }[]).map(({ name }) => name),
      );
      assert.equal(options.filter((option) => option.kind === 'allow_once').length, 1);
      for (const option of options) assert.equal(isLasting(option), option.kind.endsWith('always'));
    }
    assert.equal(
      optionsOf({ options: [{ optionId: 'x', name: 'X', kind: 'someday' }] })[0]?.kind,
      'allow_always',
    );
  });

  it('C17: a closed question says who answered and how', () => {
    const { request } = requests('permission').find(({ agent }) => agent === 'claude')!;
    const by = { kind: 'device', id: 'd', name: 'Pixel 9' } as const;
    const answered = (optionId: string) =>
      closedWords(question(request, { kind: 'answered', by, answer: { outcome: 'selected', optionId } }));
    assert.equal(answered('allow-once'), 'Allowed by Pixel 9');
    assert.equal(answered('reject'), 'Rejected by Pixel 9');
    assert.equal(
      answered('allow-with-updates'),
      'Allowed by Pixel 9 · Yes, allow all edits during this session',
    );
    const stopped = { kind: 'answered', by: { kind: 'desk' }, answer: { outcome: 'cancelled' } } as const;
    assert.equal(closedWords(question(request, stopped)), 'Stopped by the desk');
  });

  it('C5: every recorded form has fields, and makes the content that its schema asks for', () => {
    for (const { request } of requests('elicitation')) {
      const fields = fieldsOf(request);
      const choice = fields.find((field) => field.kind === 'choice');
      assert.ok(choice);
      const content = contentOf(fields, new Map([[choice.name, 'Blue']]));
      assert.deepEqual(content, { [choice.name]: 'Blue' });
    }
  });

  it('C5: numbers, booleans and required fields', () => {
    const fields = fieldsOf({
      requestedSchema: {
        type: 'object',
        required: ['n', 'list'],
        properties: {
          n: { type: 'integer', title: 'N' },
          b: { type: 'boolean', default: true },
          e: { type: 'string', enum: ['x', 'y'], enumNames: ['Ex', 'Why'] },
          list: {
            type: 'array',
            items: {
              anyOf: [
                { const: 'p', title: 'P' },
                { const: 'q', title: 'Q' },
              ],
            },
          },
        },
      },
    });
    assert.deepEqual(
      fields.map(({ kind }) => kind),
      ['number', 'boolean', 'choice', 'choices'],
    );
    assert.equal(contentOf(fields, new Map([['n', '3']])), undefined);
    assert.equal(
      contentOf(
        fields,
        new Map<string, string | string[]>([
          ['n', '3.5'],
          ['list', ['p']],
        ]),
      ),
      undefined,
    );
    assert.deepEqual(
      contentOf(
        fields,
        new Map<string, string | string[]>([
          ['n', '3'],
          ['list', ['p']],
        ]),
      ),
      {
        n: 3,
        b: true,
        list: ['p'],
      },
    );
  });
});

describe('web: tool calls that were asked about', () => {
  const request = {
    toolCall: { toolCallId: 'c1' },
    options: [
      { optionId: 'y', name: 'Yes', kind: 'allow_once' },
      { optionId: 'n', name: 'No', kind: 'reject_once' },
    ],
  };
  const open = question(request, { kind: 'open' });
  const answered = (optionId: string): QuestionItem =>
    question(request, {
      kind: 'answered',
      answer: { outcome: 'selected', optionId },
      by: { kind: 'desk' },
    });
  const found = (items: QuestionItem[], shown?: QuestionItem) => questionsOfTools(items, shown).get('c1');

  it('C4: are known as open only while their card is shown', () => {
    assert.equal(found([open], open), 'open');
    assert.equal(found([open]), undefined);
  });

  it('C4: are rejected by an option that rejects, allowed by one that allows, and by nothing else', () => {
    assert.equal(found([answered('n')]), 'rejected');
    assert.equal(found([answered('y')]), 'allowed');
    const stopped = question(request, {
      kind: 'answered',
      answer: { outcome: 'cancelled' },
      by: { kind: 'desk' },
    });
    assert.equal(found([stopped]), undefined);
    assert.equal(found([question(request, { kind: 'withdrawn' })]), undefined);
  });

  it('C4: the newest question counts', () => {
    assert.equal(found([answered('n'), answered('y')]), 'allowed');
    assert.equal(found([answered('y'), answered('n')]), 'rejected');
  });
});
