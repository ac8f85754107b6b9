/** What a reader sees of six real agents. */
import assert from 'node:assert/strict';
import { applyFact, applyFacts, emptyTranscript } from '../../../src/transcript/fold.ts';
import type { Item, ToolItem, Transcript } from '../../../src/transcript/items.ts';
import { agents, missing, recorded, type Agent } from './recorded.ts';

const hello = 'Hello from the fake model. **Markdown** and `code` here, streamed in pieces.';
const file = 'hello written by scripted model\nline 2\n';
const shell = 'echo hello-from-shell > shell.txt && cat shell.txt';

/** The items of the turn of a prompt with this marker, without the prompt. */
function turn(transcript: Transcript, marker: string): Item[] {
  const isPrompt = (item: Item): boolean => item.kind === 'prompt';
  const start = transcript.items.findIndex(
    (item) => item.kind === 'prompt' && String(item.blocks[0]?.['text']).includes(`[[${marker}]]`),
  );
  assert.ok(start >= 0, `no prompt with ${marker}`);
  const rest = transcript.items.slice(start + 1);
  const end = rest.findIndex(isPrompt);
  return end < 0 ? rest : rest.slice(0, end);
}

/** One line an item. */
function lines(items: readonly Item[]): string[] {
  return items.map((item) => {
    switch (item.kind) {
      case 'message':
        return `${item.role}: ${item.text.trim()}`;
      case 'thought':
        return `thought: ${item.text.trim()}`;
      case 'tool':
        return `${item.toolKind} ${item.status}: ${item.title}`;
      case 'question': {
        const { state } = item;
        if (state.kind !== 'answered') return `${item.questionKind} ${state.kind}`;
        const answer = 'action' in state.answer ? state.answer.action : state.answer.outcome;
        return `${item.questionKind} ${answer}`;
      }
      case 'plan':
        return `plan: ${item.entries.map((entry) => `${entry.status} ${entry.content}`).join(', ')}`;
      default:
        return item.kind;
    }
  });
}

const tools = (items: readonly Item[]): ToolItem[] =>
  items.filter((item): item is ToolItem => item.kind === 'tool');

/** The tool that writes, and what it says when it is done; undefined where the recording failed to write. */
const writing: Record<Agent, { run: number; tool: string; title: string; old: string | null; said: string }> =
  {
    claude: {
      run: 0,
      tool: 'Write',
      title: 'Write hello.txt',
      old: null,
      said: 'File created successfully at: /workspace/hello.txt (file state is current in your context — no need to Read it back)',
    },
    codex: { run: 0, tool: 'apply_patch', title: 'Editing files', old: null, said: '' },
    copilot: {
      run: 0,
      tool: 'create',
      title: 'Creating /workspace/hello.txt',
      old: '',
      said: 'Created file /workspace/hello.txt with 39 characters',
    },
    gemini: { run: 1, tool: 'write_file', title: 'Writing to hello.txt', old: '', said: '' },
    // Kimi writes through the client and asks for nothing; what it wrote is in its input alone.
    kimi: {
      run: 0,
      tool: 'Write',
      title: 'Writing /workspace/hello.txt',
      old: null,
      said: 'Wrote 39 bytes to /workspace/hello.txt',
    },
    opencode: { run: 0, tool: 'write', title: 'hello.txt', old: '', said: 'Wrote file successfully.' },
  };

/** Status, title and output of the allowed and the refused shell command. */
const shells: Record<Agent, { output: string; title: string; denied: string; deniedTitle: string }> = {
  claude: { output: 'hello-from-shell', title: shell, denied: 'failed', deniedTitle: 'touch denied.txt' },
  codex: { output: 'hello-from-shell\n', title: shell, denied: 'failed', deniedTitle: 'touch denied.txt' },
  copilot: {
    output: 'hello-from-shell\n<shellId: 0 completed with exit code 0>',
    title: 'Scripted shell step',
    denied: 'failed',
    deniedTitle: 'Scripted shell step',
  },
  // Gemini says nothing more about a call that was refused: the turn's end closes it.
  gemini: { output: '', title: shell, denied: 'cancelled', deniedTitle: 'touch denied.txt' },
  // The output went through the client's terminal, which this recording has no facts of.
  kimi: {
    output: '',
    title: `Running: ${shell}`,
    denied: 'failed',
    deniedTitle: 'Running: touch denied.txt',
  },
  opencode: { output: 'hello-from-shell\n', title: shell, denied: 'failed', deniedTitle: 'touch denied.txt' },
};

for (const agent of agents) {
  describe(`transcript of ${agent}`, () => {
    let live: Transcript[];
    before(function () {
      if (missing) {
        console.log(`skipped: ${missing}`);
        this.skip();
      }
      live = recorded(agent).live.map((facts) => applyFacts(emptyTranscript(), facts));
    });

    it('T2: text and thoughts, each whole', () => {
      const thought = `${agent === 'gemini' ? '**Thinking**\n' : ''}I am thinking about the scripted reply.`;
      assert.deepEqual(lines(turn(live[0]!, 'text')), [`thought: ${thought}`, `agent: ${hello}`]);
    });

    it('T6, T7, T16: a file written, with its diff', () => {
      const expected = writing[agent];
      const items = turn(live[expected.run]!, 'write');
      const [tool, ...others] = tools(items);
      assert.ok(tool && others.length === 0);
      assert.equal(tool.title, expected.title);
      assert.equal(tool.toolKind, 'edit');
      assert.equal(tool.status, 'completed');
      assert.equal(tool.output, expected.said);
      // Of one that says in its input alone what it writes, too.
      const diffs = tool.content.filter((part) => part.type === 'diff');
      const path = '/workspace/hello.txt';
      assert.deepEqual(diffs, [{ type: 'diff', path, oldText: expected.old, newText: file }]);
      const asked = lines(items).filter((line) => line === 'permission selected').length;
      assert.equal(asked, agent === 'kimi' ? 0 : 1);
      const thought = `${agent === 'gemini' ? '**Thinking**\n' : ''}Deciding to call ${expected.tool}`;
      assert.deepEqual(lines(items).slice(0, 2), [
        `thought: ${thought}`,
        `agent: I will call ${expected.tool}.`,
      ]);
      assert.match(lines(items).at(-1)!, /^agent: Done with write\. Tool said: /);
    });

    it('T6, T8: a command allowed, a command refused', () => {
      const expected = shells[agent];
      const [allowed] = tools(turn(live[0]!, 'shell'));
      assert.ok(allowed);
      assert.deepEqual(
        [allowed.status, allowed.title, allowed.toolKind, allowed.output],
        ['completed', expected.title, 'execute', expected.output],
      );
      const [denied] = tools(turn(live[0]!, 'deny'));
      assert.ok(denied);
      assert.deepEqual([denied.status, denied.title], [expected.denied, expected.deniedTitle]);
    });

    it('T5: a slow answer cut off by stop', () => {
      const prompt = live[0]!.items.find(
        (item) => item.kind === 'prompt' && String(item.blocks[0]?.['text']).includes('slow'),
      );
      assert.ok(prompt?.kind === 'prompt');
      assert.equal(prompt.state, 'cancelled');
      const [text] = turn(live[0]!, 'slow');
      assert.ok(text?.kind === 'message' && text.text.startsWith('word0 word1 word2 '));
    });

    it('T9, T10: after the last turn nothing is open', () => {
      for (const transcript of live) {
        assert.equal(transcript.turn, null);
        assert.deepEqual(transcript.questions, []);
        assert.deepEqual(transcript.queue, []);
        const open = tools(transcript.items).filter(({ status }) => /pending|progress/.test(status));
        assert.deepEqual(open, []);
        assert.deepEqual(
          transcript.items.filter((item) => item.kind === 'unknown'),
          [],
        );
      }
    });

    it('T1: one by one or at once, again or once more: the same', () => {
      const { live: runs, replayed } = recorded(agent);
      for (const facts of [...runs, ...replayed]) {
        const whole = applyFacts(emptyTranscript(), facts);
        assert.deepEqual(facts.reduce(applyFact, emptyTranscript()), whole);
        assert.deepEqual(applyFacts(whole, facts), whole);
      }
    });

    it('T2: a replayed session reads the same', function () {
      const { replayed } = recorded(agent);
      // Copilot refuses to load a session that is loaded.
      if (agent === 'copilot') return assert.deepEqual(replayed, []);
      const longest = replayed.sort((a, b) => b.length - a.length)[0]!;
      const said = lines(applyFacts(emptyTranscript(), longest).items);
      const at = said.findIndex((line) => line.startsWith('user: ') && line.includes('Please run [[text]]'));
      assert.ok(at >= 0);
      assert.equal(said[at + 2], `agent: ${hello}`);
    });
  });
}

describe('transcripts of real agents', () => {
  before(function () {
    if (missing) {
      console.log(`skipped: ${missing}`);
      this.skip();
    }
  });

  const fold = (agent: Agent, run = 0): Transcript =>
    applyFacts(emptyTranscript(), recorded(agent).live[run]!);

  it('T10: questions of Claude and Kimi by elicitation', () => {
    for (const agent of ['claude', 'kimi'] as const) {
      const items = turn(fold(agent), 'ask');
      assert.ok(lines(items).includes('elicitation accept'), agent);
      const question = items.find((item) => item.kind === 'question');
      assert.equal(question?.request?.['message'], 'Which colour do you want?');
    }
  });

  it('T11: a plan of Kimi', () => {
    assert.ok(
      lines(turn(fold('kimi'), 'plan')).includes(
        'plan: completed First scripted step, in_progress Second scripted step',
      ),
    );
  });

  it('T7: an edit shows the lines that changed', () => {
    for (const agent of ['claude', 'gemini', 'kimi'] as const) {
      const [tool] = tools(turn(fold(agent, 1), 'edit'));
      const [diff] = tool!.content.filter((part) => part.type === 'diff');
      assert.ok(diff, agent);
      assert.match(`${String(diff.oldText)} → ${diff.newText}`, /^alpha.* → beta/s);
    }
  });

  it('T2: text after the end of a tool call is another message where no ids say so (Copilot)', () => {
    const said = lines(turn(fold('copilot'), 'write'));
    assert.ok(said.includes('agent: Info: /workspace/hello.txt'));
  });

  it('T11: title, mode, options, commands, usage and cost', () => {
    const claude = fold('claude');
    assert.equal(claude.title, 'Please run [[ask]]');
    assert.equal(claude.modes?.['currentModeId'], 'acceptEdits');
    assert.equal(claude.usage.size, 1_000_000);
    assert.ok(claude.usage.cost && claude.usage.cost.amount > 0);
    assert.ok(claude.commands.length > 0);
    assert.equal(fold('opencode').configOptions?.[0]?.['id'], 'model');
    assert.deepEqual(fold('gemini').usage, { used: null, size: null, cost: null });
  });

  it('T9: a call left open with its question is closed by the end of the turn (Kimi, Gemini)', () => {
    for (const agent of ['kimi', 'gemini'] as const) {
      const items = turn(fold(agent, 1), 'shell');
      assert.deepEqual(
        tools(items).map(({ status }) => status),
        ['cancelled'],
        agent,
      );
      assert.ok(lines(items).includes('permission cancelled'), agent);
    }
  });
});
