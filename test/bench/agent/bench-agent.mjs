// An ACP agent that says as much, and as fast, as its prompt wants, and notes when it wrote what.
import { appendFileSync } from 'node:fs';
import { serveAgent } from '../../support/stdio-agent.mjs';

/** One JSON line a turn. */
const log = process.env.BENCH_AGENT_LOG;
const { update, isStopped } = serveAgent(turn);
const chunk = (text, kind = 'agent_message_chunk') =>
  update({ sessionUpdate: kind, content: { type: 'text', text } });
const note = (entry) => log && appendFileSync(log, `${JSON.stringify(entry)}\n`);

async function turn(text) {
  const [command, ...args] = text.split(' ');
  const numbers = args.map(Number);
  if (command === 'pace') await pace(...numbers);
  else if (command === 'load') await load(...numbers);
  else if (command === 'work') await work(...numbers);
  else await chunk(`I know pace, load and work, not ${command}.`);
}

/** Numbered words at a steady rate; after every 250 a tool call begins another message. Notes each word's time. */
async function pace(perSecond, count, first = 1) {
  const times = [];
  const begin = performance.now();
  for (let word = 1; word <= count && !isStopped(); word++) {
    await until(begin + (word * 1000) / perSecond);
    if (word % 250 === 0) await toolCall(`pace-${first + word}`, 'A look at the clock', 'It goes.');
    times.push(Date.now());
    await chunk(`${word % 12 === 0 ? '\n\n' : ''}word${first + word - 1} `);
  }
  note({ command: 'pace', times });
}

/** A fixed amount: pieces of about 40 characters, a tool call after every hundred. `perSecond` 0: as fast as it can. */
async function load(count, perSecond) {
  const begin = performance.now();
  for (let piece = 1; piece <= count && !isStopped(); piece++) {
    if (perSecond > 0) await until(begin + (piece * 1000) / perSecond);
    await chunk(`${piece % 20 === 0 ? '\n\n' : ''}piece ${piece} of what the agent has to say. `);
    if (piece % 100 === 0) await toolCall(`load-${begin}-${piece}`, `Step ${piece}`, 'done\n'.repeat(20));
  }
  note({ command: 'load', count, perSecond, ms: performance.now() - begin, end: Date.now() });
}

/** As agents work: rounds of a thought, a command whose output grows, and an answer; `word<mark>` is its last word. */
async function work(rounds, perSecond, mark) {
  let said = 0;
  const begin = performance.now();
  const pause = () => (perSecond > 0 ? until(begin + (++said * 1000) / perSecond) : undefined);
  for (let round = 1; round <= rounds && !isStopped(); round++) {
    for (let part = 1; part <= 20; part++) {
      await pause();
      await chunk(`considering part ${part} of step ${round}, `, 'agent_thought_chunk');
    }
    const id = `work-${begin}-${round}`;
    let output = '';
    await startCall(id, `npm run step-${round}`);
    for (let part = 1; part <= 5; part++) {
      await pause();
      output += `line ${part} of step ${round}: checked 12 files, nothing found\n`;
      await progress(id, 'in_progress', output);
    }
    await progress(id, 'completed', output);
    for (let part = 1; part <= 60; part++) {
      await pause();
      await chunk(`${part % 15 === 0 ? '\n\n' : ''}part ${part} of the answer to step ${round}. `);
    }
  }
  await chunk(`\n\nThe last is word${mark} `);
  note({ command: 'work', ms: performance.now() - begin, end: Date.now() });
}

async function toolCall(toolCallId, title, output) {
  await startCall(toolCallId, title);
  await progress(toolCallId, 'completed', output);
}

const startCall = (toolCallId, title) =>
  update({ sessionUpdate: 'tool_call', toolCallId, title, kind: 'execute', status: 'in_progress' });

const progress = (toolCallId, status, text) =>
  update({
    ...{ sessionUpdate: 'tool_call_update', toolCallId, status },
    content: [{ type: 'content', content: { type: 'text', text } }],
  });

/** Waits until `performance.now()` is so far; not at all when it is late. */
async function until(due) {
  const wait = due - performance.now();
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
}
