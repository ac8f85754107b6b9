/** Conversations to look at: at work, done, failed, refused, crashed, hostile. */
import type { Fact } from '../../src/protocol/facts.ts';
import { desk, host, phone, Script } from './facts.script.ts';

export const billing = {
  type: 'diff',
  path: '/work/api-gateway/services/billing.ts',
  oldText: `import { handler } from '../http';\n\nexport const charge =\n  handler(async (req) => {\n    const user = await auth(req);\n    return stripe.charge(user, req.body);\n  });\n`,
  newText: `import { withAuth } from '../middleware';\n\nexport const charge =\n  withAuth(async (ctx) => {\n    return stripe.charge(ctx.user, ctx.body);\n  });\n`,
};
const editing = (toolCallId: string) => ({
  ...{ toolCallId, title: 'Edit services/billing.ts', kind: 'edit', content: [billing] },
});

/** A turn under way, with what came before it. */
export function conversation(): Script {
  return new Script()
    .ready()
    .event({
      type: 'agent_offers',
      modes: { currentModeId: 'ask', availableModes: [{ id: 'ask', name: 'Ask each time' }] },
      configOptions: null,
      promptCapabilities: null,
    })
    .turn('prompt-1', 'Migrate @services/ to the new middleware, tests after each.', desk, ['services/'])
    .think('The handlers share one wrapper. ')
    .later(8_000)
    .think('Start with billing, it has the best tests.')
    .say('I start with `billing.ts`, since it has the best tests. Three things change:\n\n')
    .say(
      '1. `handler` becomes `withAuth`\n2. the user comes from the context\n3. errors go through one place\n',
    )
    .update({
      sessionUpdate: 'plan',
      entries: [
        { content: 'Read the old handlers', priority: 'medium', status: 'completed' },
        { content: 'Write the middleware', priority: 'medium', status: 'completed' },
        { content: 'Migrate billing', priority: 'medium', status: 'in_progress' },
        { content: 'Migrate orders', priority: 'medium', status: 'pending' },
        { content: 'Remove the old wrapper', priority: 'medium', status: 'pending' },
      ],
    })
    .tool(
      { toolCallId: 'c1', title: 'Read services/billing.ts', kind: 'read' },
      'completed',
      'export const charge =\n  handler(…)\n',
    )
    .asksLeave('q1', editing('c2'), [['a', 'Allow once', 'allow_once']])
    .chosen('q1', 'a', phone)
    .toolEnds(editing('c2'), 'completed')
    .update({
      sessionUpdate: 'usage_update',
      used: 124_000,
      size: 200_000,
      cost: { amount: 0.84, currency: 'USD' },
    });
}

/** What an agent could send to do harm; `look.mts` checks that none of it came alive. */
export function hostile(): Fact[] {
  const script = '<script>window.harmed=1</' + 'script>';
  return new Script()
    .turn('h1', `${script}<img src=x onerror="window.harmed=1">`, phone)
    .say(
      `${script}\n\n<img src=x onerror="window.harmed=1"> <iframe src="https://evil.example"></iframe>\n\n`,
    )
    .say(
      '[a](javascript:window.harmed=1) [b](command:harm) [c](data:text/html,x) [d]() <javascript:window.harmed=1>\n\n',
    )
    .say(
      '```html" onload="x\n<b onclick="window.harmed=1">x</b>\n```\n\n[fine](https://example.org) ![p](https://evil.example/p.png)',
    )
    .tool(
      { toolCallId: 'h', title: `${script}<svg onload="window.harmed=1">`, kind: 'execute' },
      'failed',
      `\u001b[31m${script}\u001b[0m`,
    )
    .update({
      sessionUpdate: 'agent_message_chunk',
      content: { type: 'image', mimeType: 'image/svg+xml', data: 'PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+' },
    }).facts;
}

/** Done, failed, interrupted, queued and held prompts; code, a table, a failed command. */
export function varied(): Fact[] {
  return new Script()
    .ready()
    .turn('p1', 'Run the tests again', phone)
    .tool(
      { toolCallId: 't1', title: 'npm test -- --reporter dot', kind: 'execute' },
      'failed',
      '40 passing\n1 failing\n\n1) orders: refuses a stale token\n   Error: expected 401, got 200',
    )
    .say(
      'All but one of 41 tests pass. The failing one checks a **stale token**:\n\n```ts\n// orders.ts\nexport function fresh(token: Token, now = Date.now()): boolean {\n  return token.expires > now; // was: >=\n}\n```\n\n| file | tests | state |\n|---|---|---|\n| billing.ts | 18 | pass |\n| orders.ts | 23 | 1 fails |\n\nSee [the middleware notes](https://example.org/middleware) for why.',
    )
    .done('p1')
    .turn('p2', 'Fix it', desk)
    .say('I look at ')
    .interrupted('p2', 'The agent ended unexpectedly (exit code 1).')
    .turn('p3', 'Go on with orders.ts', phone)
    .say('Looking at `orders.ts` again.')
    .prompt('p4', 'Then write the changelog', desk)
    .prompt('p5', 'And bump the version', phone)
    .event({ type: 'queue_held' }, desk).facts;
}

/** The desk said no to an edit; the agent calls that a failure. */
export function rejected(): Fact[] {
  return new Script()
    .ready()
    .turn('r1', 'Migrate billing', phone)
    .asksLeave('rq', editing('rc'), [['n', 'No', 'reject_once']])
    .chosen('rq', 'n', desk)
    .toolEnds(editing('rc'), 'failed', 'The user rejected this.')
    .say('All right, I leave it as it is.')
    .done('r1').facts;
}

export const crash = {
  message: 'Claude Code ended with code 3. It said: no space left on device.',
  next: 'Send a prompt to start it again.',
};

/** The agent ended in a turn, after a command whose failure is one long line. */
export function crashed(): Fact[] {
  return new Script()
    .ready()
    .turn('x1', 'Run the tests', phone)
    .tool(
      { toolCallId: 'x', title: 'npm test', kind: 'execute' },
      'failed',
      "Error: ENOSPC: no space left on device, write '/work/api-gateway/node_modules/.cache/tests/2026-11-20T09-41-00.json'",
    )
    .interrupted('x1', `${crash.message} ${crash.next}`)
    .event({ type: 'agent_state', state: 'exited', error: { code: 'agent_exited', ...crash } }, host).facts;
}
