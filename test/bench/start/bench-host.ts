/** The real CLI host with the demo agent and the embedded relay, driven by its JSON lines. */
import { decodeInvite, encodeSessionLink, type Invite } from '../../../src/channel/invite.ts';
import type { Fact } from '../../../src/protocol/facts.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { methods, type ClientState } from '../../../src/protocol/methods.ts';
import { CliHost } from '../../support/cli-host.ts';
import type { ProbeClient } from '../../support/probe-client.ts';
import { TestDevice } from '../../support/test-device.ts';
import { eventually, within } from '../../support/wait.ts';

/** What the demo agent is asked: more than `limits.tailItems` items, of every kind that it has. */
const prompts = [
  ...['Hello', '/text', '/plan', '/run', '/edit notes.md first', '/text', '/help', '/run'],
  ...[
    '/edit notes.md second',
    '/plan',
    '/text',
    '/edit notes.md third',
    'Hello again',
    '/end-of-the-benchmark',
  ],
];
/** In the agent's answer to the last prompt: when it is on screen, all is there. */
export const lastWords = 'I do not know';

export class BenchHost {
  readonly #cli: CliHost;
  readonly #address: Invite;
  #invite: string | undefined;
  #session = '';

  private constructor(cli: CliHost, invite: string) {
    this.#cli = cli;
    this.#invite = invite;
    this.#address = decodeInvite(invite);
  }

  static async start(): Promise<BenchHost> {
    const cli = new CliHost({ args: ['--name', 'bench'], env: { OFFDESK_DEMO_PACE_MS: '0' } });
    try {
      return new BenchHost(cli, await cli.ready());
    } catch (error) {
      await cli.stop();
      throw error;
    }
  }

  /** For paired devices; after `converse`. */
  get sessionLink(): string {
    const { relay, hostId } = this.#address;
    return encodeSessionLink(relay, { hostId, sessionId: this.#session });
  }

  /** Calls with a link that pairs, and says yes at the desk. */
  async pair<T>(opens: (link: string) => Promise<T>): Promise<T> {
    const link = this.#invite ?? (await this.#cli.invite());
    this.#invite = undefined;
    const answered = this.#cli.event('pairing').then(() => this.#cli.say('y'));
    const result = await opens(link);
    await answered;
    return result;
  }

  /** Fills the session with a conversation of every kind of item; resolves with what a newcomer gets of it. */
  async converse(): Promise<Conversation> {
    const device = new TestDevice();
    try {
      await this.pair((link) => device.pair(link, { name: 'Bench' }));
      const probe = await device.connect();
      const session = await eventually(() => probe.state?.sessions[0]?.id, { what: 'a session' });
      this.#session = session;
      await probe.resume(session, { tail: limits.tailItems });
      const answering = new AbortController();
      const answers = allowAll(probe, session, answering.signal);
      for (const [index, prompt] of prompts.entries())
        await within(probe.prompt(session, `bench-prompt-${index}`, prompt), 60_000, `the end of ${prompt}`);
      answering.abort();
      await answers;
      return await readTail(device);
    } finally {
      device.dispose();
    }
  }

  async stop(): Promise<void> {
    await this.#cli.stop();
  }
}

export interface Conversation {
  state: ClientState;
  /** Of the last `limits.tailItems` items, as the host sends them. */
  facts: Fact[];
  from: number | null;
}

/** As a device that comes anew. */
async function readTail(device: TestDevice): Promise<Conversation> {
  device.dispose();
  device.probe = undefined;
  const probe = await device.connect();
  const state = await eventually(() => probe.state?.sessions[0]?.state === 'idle' && probe.state, {
    what: 'the session at rest',
  });
  const { head, from } = await probe.resume(state.sessions[0]?.id ?? '', { tail: limits.tailItems });
  await eventually(() => probe.facts.at(-1)?.seq === head.seq, { what: 'the tail of the journal' });
  return { state, facts: probe.facts, from };
}

/** Answers each question of the agent soon after it is there. */
async function allowAll(probe: ProbeClient, sessionId: string, signal: AbortSignal): Promise<void> {
  const answered = new Set<string>();
  while (!signal.aborted) {
    for (const { event } of [...probe.facts]) {
      if (event?.type !== 'question_opened' || answered.has(event.id)) continue;
      answered.add(event.id);
      const { options = [] } = event.request as { options?: { optionId: string; kind: string }[] };
      const allow = options.find(({ kind }) => kind === 'allow_once');
      const answer = allow ? { outcome: 'selected', optionId: allow.optionId } : { outcome: 'cancelled' };
      await probe.request(methods.answer, {
        sessionId,
        id: `answer-${event.id}`,
        question: event.id,
        answer,
      });
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
