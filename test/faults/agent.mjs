// The agent of a round: ACP on stdio by hand, so that it starts at once; writes down what it was told and what it says.
//
// It has several sessions at a time; `shared`: they can be closed, so that one process may serve them.
//
// A prompt is words: a token, then what to do: `say:N` `slow:N` `flood:N` `think:N` `big:N` `tool` `ask` `form` `plan` `die`.
import { appendFileSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';

const { folder, resumes, stubborn, shared } = JSON.parse(process.env.FAULTS_AGENT);
const log = openSync(`${folder}/agent.jsonl`, 'a');
const pid = process.pid;
let serial = 0;
const note = (entry) => writeSync(log, `${JSON.stringify({ pid, ...entry })}\n`);

/** All at once or not: a full pipe is waited for, and nobody there is an end or, for a stubborn one, nothing. */
function tell(message) {
  let rest = Buffer.from(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      if (error.code === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
      else if (stubborn) return;
      else process.exit(0);
    }
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const waiting = new Map();
let requests = 0;
let sessions = 0;
/** What runs, by its session. */
const turns = new Map();

function ask(method, params) {
  const id = `a${++requests}`;
  tell({ id, method, params });
  return new Promise((resolve) => waiting.set(id, resolve));
}

const update = (sessionId, what) => tell({ method: 'session/update', params: { sessionId, update: what } });

/** Text in pieces, each written down before it is told. */
function chunk(session, token, kind, text) {
  note({ ev: 'text', session, token, kind, text });
  update(session, { sessionUpdate: kind, content: { type: 'text', text } });
}

function marked(session, token, what) {
  const _meta = { serial: `${pid}.${++serial}` };
  note({ ev: 'update', session, token, serial: _meta.serial });
  update(session, { ...what, _meta });
}

const letters = [
  'alpha ',
  'beta ',
  'gamma\n',
  'δέλτα ',
  '数据 ',
  '🚀 ',
  '- list\n',
  '`code` ',
  '"quoted" ',
  '\\n ',
];

async function prompt(session, text) {
  const [token, ...steps] = text.split(' ');
  note({ ev: 'prompt', session, token });
  const mine = { cancelled: false, token };
  turns.set(session, mine);
  let count = 0;
  const word = () => `${token}.${++count} ${letters[(count * 7 + token.length) % letters.length]}`;
  for (const step of steps) {
    if (mine.cancelled) break;
    const [what, amount = '1'] = step.split(':');
    const n = Number(amount);
    switch (what) {
      case 'say':
        for (let i = 0; i < n; i++) chunk(session, token, 'agent_message_chunk', word());
        break;
      case 'flood':
        for (let i = 0; i < n && !mine.cancelled; i++) {
          chunk(session, token, 'agent_message_chunk', word());
          if (i % 100 === 99) await pause(0);
        }
        break;
      case 'slow':
        for (let i = 0; i < n && !mine.cancelled; i++) {
          chunk(session, token, 'agent_message_chunk', word());
          await pause(12);
        }
        break;
      case 'think':
        for (let i = 0; i < n; i++) chunk(session, token, 'agent_thought_chunk', word());
        break;
      case 'big':
        chunk(session, token, 'agent_message_chunk', `${word()}${'x'.repeat(n)}\n`);
        break;
      case 'plan':
        for (const status of ['pending', 'in_progress', 'completed'])
          marked(session, token, {
            sessionUpdate: 'plan',
            entries: [{ content: `plan of ${token}`, priority: 'low', status }],
          });
        break;
      case 'tool': {
        const toolCallId = `${pid}.${++serial}`;
        const start = {
          sessionUpdate: 'tool_call',
          toolCallId,
          title: `tool of ${token}`,
          status: 'pending',
        };
        marked(session, token, { ...start, kind: 'execute' });
        await pause(4);
        marked(session, token, { sessionUpdate: 'tool_call_update', toolCallId, status: 'in_progress' });
        await pause(4);
        const content = [{ type: 'content', content: { type: 'text', text: `output ${token}` } }];
        if (mine.cancelled) break;
        marked(session, token, {
          ...{ sessionUpdate: 'tool_call_update', toolCallId, status: 'completed', content },
        });
        break;
      }
      case 'ask': {
        const toolCallId = `${pid}.${++serial}`;
        note({ ev: 'ask', session, token, question: toolCallId });
        const { outcome } = await ask('session/request_permission', {
          sessionId: session,
          toolCall: { toolCallId, title: `${token} asks` },
          options: [
            { optionId: 'yes', name: 'Yes', kind: 'allow_once' },
            { optionId: 'no', name: 'No', kind: 'reject_once' },
          ],
        });
        const answer = outcome.optionId ?? outcome.outcome;
        note({ ev: 'answer', session, token, question: toolCallId, answer });
        chunk(session, token, 'agent_message_chunk', `answered ${answer} `);
        break;
      }
      case 'form': {
        const message = `form ${pid}.${++serial} of ${token}`;
        note({ ev: 'ask', session, token, question: message });
        const answer = await ask('elicitation/create', {
          ...{ sessionId: session, mode: 'form', message },
          requestedSchema: { type: 'object', properties: { word: { type: 'string' } } },
        });
        const word = answer.content?.word ?? answer.action;
        note({ ev: 'answer', session, token, question: message, answer: word });
        break;
      }
      case 'die':
        note({ ev: 'die', session, token });
        process.exit(3);
    }
    await pause(0);
  }
  const stopReason = mine.cancelled ? 'cancelled' : 'end_turn';
  note({ ev: 'end', session, token, stopReason });
  if (turns.get(session) === mine) turns.delete(session);
  return { stopReason };
}

/** Of all its processes, a line each. */
const remembered = `${folder}/agent-sessions`;
const modes = {
  currentModeId: 'one',
  availableModes: [
    { id: 'one', name: 'One' },
    { id: 'two', name: 'Two' },
  ],
};

async function handle(method, params) {
  switch (method) {
    case 'initialize':
      return {
        protocolVersion: 1,
        agentCapabilities: {
          loadSession: resumes === 'load',
          sessionCapabilities: { ...(resumes === 'resume' && { resume: {} }), ...(shared && { close: {} }) },
        },
      };
    case 'session/new': {
      const sessionId = `s${pid}.${++sessions}`;
      if (resumes !== 'none') appendFileSync(remembered, `${sessionId}\n`);
      note({ ev: 'new', session: sessionId });
      return { sessionId, modes };
    }
    case 'session/load':
    case 'session/resume': {
      const all = existsSync(remembered) ? readFileSync(remembered, 'utf8').split('\n') : [];
      const known = all.includes(params.sessionId);
      note({ ev: method, session: params.sessionId, known });
      if (!known) throw new Error('no such session');
      if (method === 'session/load') {
        // An agent tells all that was said: nothing of it may be journaled again.
        for (let i = 0; i < 5; i++) {
          for (const kind of ['user_message_chunk', 'agent_message_chunk'])
            update(params.sessionId, {
              sessionUpdate: kind,
              content: { type: 'text', text: `REPLAYED ${i} ` },
            });
        }
        await pause(3);
        update(params.sessionId, {
          ...{ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: 'REPLAYED end ' } },
        });
      }
      return { modes };
    }
    case 'session/set_mode':
      note({ ev: 'mode', session: params.sessionId, mode: params.modeId });
      return {};
    case 'session/close': {
      note({ ev: 'close', session: params.sessionId });
      const turn = turns.get(params.sessionId);
      if (turn) turn.cancelled = true;
      return {};
    }
    case 'session/prompt':
      return prompt(params.sessionId, params.prompt[0].text);
    default:
      throw new Error(`no method ${method}`);
  }
}

note({ ev: 'boot' });
const stop = () => process.exit(0);
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
if (stubborn) setInterval(() => undefined, 1000);
createInterface({ input: process.stdin })
  .on('line', (line) => {
    const message = JSON.parse(line);
    if (message.method === undefined) {
      waiting.get(message.id)?.(message.result ?? { outcome: { outcome: 'cancelled' }, action: 'cancel' });
      waiting.delete(message.id);
    } else if (message.method === 'session/cancel') {
      const turn = turns.get(message.params.sessionId);
      note({ ev: 'cancel', session: message.params.sessionId, token: turn?.token });
      if (turn) turn.cancelled = true;
    } else if (message.id !== undefined) {
      handle(message.method, message.params).then(
        (result) => tell({ id: message.id, result }),
        (error) => tell({ id: message.id, error: { code: -32603, message: String(error.message) } }),
      );
    }
  })
  .on('close', () => {
    note({ ev: 'eof' });
    // Some agents stay when nobody talks to them any more.
    if (!stubborn) stop();
  });
