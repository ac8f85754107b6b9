/** One real agent at the desk and one paired device that drives it over the secure channel. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { HostPorts } from '../../src/host/api.ts';
import type { Answer, Fact } from '../../src/protocol/facts.ts';
import { limits } from '../../src/protocol/limits.ts';
import { methods } from '../../src/protocol/methods.ts';
import { applyFacts, emptyTranscript } from '../../src/transcript/fold.ts';
import type { Item, PromptItem, QuestionItem, ToolItem, Transcript } from '../../src/transcript/items.ts';
import type { LoggedRequest } from '../model/server.ts';
import { killAgent, runsIn } from '../support/agent-processes.ts';
import { turnRequests, type ModelLog } from '../support/model-log.ts';
import type { ProbeClient } from '../support/probe-client.ts';
import type { QuietNetwork } from '../support/quiet-network.ts';
import {
  agentCommand,
  installedAgent,
  startAgent,
  type AnyAgent,
  type ModelProcess,
  type RunningAgent,
} from '../support/real-agents.ts';
import { removeFolder, tempFolder } from '../support/temp-folder.ts';
import { TestDevice } from '../support/test-device.ts';
import { testHost, type TestHost } from '../support/test-host.ts';
import { eventually, within } from '../support/wait.ts';

/** Agents of hundreds of megabytes, on a machine that has other work. */
export const patienceMs = 60_000;

export interface Place {
  readonly network: QuietNetwork;
  readonly model: ModelProcess;
}

/** What the device answers; undefined leaves the question open. */
export type Answers = (question: QuestionItem) => Answer | undefined;

/** The option of this kind, as the agent calls it. */
export const choose =
  (kind: string): Answers =>
  ({ request }) => {
    const options = (request?.['options'] ?? []) as { optionId: string; kind: string }[];
    const option = options.find((one) => one.kind === kind);
    assert.ok(option, `no option of kind ${kind} among ${JSON.stringify(options)}`);
    return { outcome: 'selected', optionId: option.optionId };
  };

export interface Turn {
  prompt: PromptItem;
  /** What came of it, in order. */
  items: Item[];
  tools: ToolItem[];
  /** All that the agent said in it. */
  text: string;
  thoughts: string;
  questions: QuestionItem[];
}

export interface Asking {
  id: string;
  /** The turn's end. */
  ended: Promise<Turn>;
}

export class AgentWorld {
  readonly name: AnyAgent;
  readonly workspace: string;
  /** How many facts of the probe are in the transcript already. */
  #folded = 0;
  #transcript: Transcript = emptyTranscript();
  #of: ProbeClient | undefined;
  readonly #place: Place;
  readonly #folder: string;
  readonly #home: string;
  #test: TestHost | undefined;
  #device: TestDevice | undefined;
  #session = '';
  #restore: () => void = () => {};
  #beside: Promise<AgentWorld> | undefined;
  readonly #others: AgentWorld[] = [];

  /** `beside`: a world of the same agent, to share workspace and home with. */
  constructor(name: AnyAgent, place: Place, beside?: AgentWorld) {
    this.name = name;
    this.#place = place;
    this.#folder = tempFolder(`od-${name}`);
    this.#home = beside?.home ?? join(this.#folder, 'home');
    this.workspace = beside?.workspace ?? join(this.#folder, 'garden-shed');
    if (beside) return;
    mkdirSync(this.workspace);
    writeFileSync(join(this.workspace, 'readme.txt'), 'alpha line\n');
  }

  get home(): string {
    return this.#home;
  }

  get host() {
    assert.ok(this.#test, 'the host is there after start');
    return this.#test.host;
  }

  get probe(): ProbeClient {
    const probe = this.#device?.probe;
    assert.ok(probe, 'the device is connected after start');
    return probe;
  }

  get sessionId(): string {
    return this.#session;
  }

  /** Starts the host with the agent as the catalog finds it on PATH, pairs the device and opens the session. */
  async start(ports: Partial<HostPorts> = {}): Promise<void> {
    const { network, model } = this.#place;
    const bin = installedAgent(this.name, {
      ...{ home: this.#home, modelUrl: model.url, network, folder: this.#folder },
    });
    const { PATH, GEMINI_API_KEY } = process.env;
    // A user who logs in to Gemini CLI by a key has it in the environment of VS Code, too.
    Object.assign(process.env, { PATH: `${bin}${delimiter}${PATH ?? ''}`, GEMINI_API_KEY: 'dummy' });
    this.#restore = () => {
      for (const [key, value] of Object.entries({ PATH, GEMINI_API_KEY }))
        if (value === undefined) delete process.env[key];
        else process.env[key] = value;
    };
    this.#test = await testHost(
      { agent: { kind: 'named', name: this.name } },
      { cwd: this.workspace, machineFolder: join(this.#folder, 'offdesk'), ...ports },
    );
    await within(this.host.start(), 2 * patienceMs, `a session of ${this.name}`);
    await this.#pair();
    const session = await eventually(() => this.host.status.session, { what: 'a session' });
    await this.open(session.id);
  }

  /** From now on the device follows this session. */
  async open(sessionId: string): Promise<void> {
    this.#session = sessionId;
    this.#transcript = emptyTranscript();
    this.probe.facts.length = this.#folded = 0;
    await this.probe.resume(sessionId, { tail: limits.historyItems });
    await eventually(() => this.transcript.agent.state === 'ready', {
      what: 'the agent to be ready',
      timeoutMs: patienceMs,
    });
  }

  async #pair(): Promise<void> {
    if (!this.host.status.invite) await this.host.createInvite();
    const invite = await eventually(() => this.host.status.invite, { what: 'an invite' });
    this.#device = new TestDevice();
    const paired = this.#device.pair(invite.url);
    const request = await eventually(() => this.host.status.pairings[0], { what: 'the pairing request' });
    await this.host.decidePairing(request.id, true);
    await paired;
    await this.#device.connect();
  }

  /** What the device has of the session. */
  get transcript(): Transcript {
    const { facts } = this.probe;
    if (this.#of !== this.probe) this.#folded = 0;
    this.#of = this.probe;
    this.#transcript = applyFacts(this.#transcript, facts.slice(this.#folded));
    this.#folded = facts.length;
    return this.#transcript;
  }

  get facts(): readonly Fact[] {
    return this.probe.facts;
  }

  /** How often the scripted model was asked so far. */
  get asked(): number {
    return this.#place.model.requests().length;
  }

  /** What talks slowly says the rest at once. */
  hurry(): void {
    this.#place.model.hurry();
  }

  get model(): ModelLog {
    return this.#place.model;
  }

  /** What it was asked since then, for a turn. */
  requests(since: number): LoggedRequest[] {
    return turnRequests(this.model, since);
  }

  /** Sends a prompt; `answers` answers the questions of its turn. */
  ask(text: string, answers: Answers = () => undefined): Asking {
    const id = randomUUID();
    const sent = this.probe.prompt(this.#session, id, text);
    const ended = this.#follow(id, sent, answers);
    ended.catch(() => {});
    return { id, ended };
  }

  /** A whole turn, which must end well unless the caller looks at its state. */
  turn(text: string, answers?: Answers): Promise<Turn> {
    return this.ask(text, answers).ended;
  }

  async #follow(id: string, sent: Promise<unknown>, answers: Answers): Promise<Turn> {
    let over: { error?: unknown } | undefined;
    sent.then(
      () => (over = {}),
      (error: unknown) => (over = { error }),
    );
    const answered = new Set<string>();
    await eventually(
      async () => {
        for (const question of this.transcript.questions) {
          if (answered.has(question.questionId) || !this.#runs(id)) continue;
          const answer = answers(question);
          if (!answer) continue;
          answered.add(question.questionId);
          await this.answer(question, answer);
        }
        return over;
      },
      { what: `the end of a prompt to ${this.name}`, timeoutMs: patienceMs },
    );
    const prompt = await eventually(
      () => {
        const found = this.prompt(id);
        return found && !['received', 'running'].includes(found.state) ? found : undefined;
      },
      { what: 'the end in the transcript' },
    );
    return this.#turnOf(prompt);
  }

  #runs(id: string): boolean {
    return this.transcript.turn?.promptId === id;
  }

  prompt(id: string): PromptItem | undefined {
    const { items, queue } = this.transcript;
    return [...items, ...queue].find(
      (item): item is PromptItem => item.kind === 'prompt' && item.promptId === id,
    );
  }

  #turnOf(prompt: PromptItem): Turn {
    const { items } = this.transcript;
    const from = items.indexOf(prompt);
    const next = items.findIndex((item, at) => at > from && item.kind === 'prompt');
    return { prompt, ...this.#parts(items.slice(from + 1, next < 0 ? undefined : next)) };
  }

  /** What has come so far of the turn that runs. */
  soFar(id: string): Turn {
    const prompt = this.prompt(id);
    assert.ok(prompt, 'the prompt is in the transcript');
    return this.#turnOf(prompt);
  }

  #parts(items: Item[]): Omit<Turn, 'prompt'> {
    const texts = (kind: 'message' | 'thought') =>
      items.flatMap((item) => (item.kind === kind ? [item.text] : [])).join('\n');
    return {
      items,
      tools: items.filter((item) => item.kind === 'tool'),
      questions: items.filter((item) => item.kind === 'question'),
      text: texts('message'),
      thoughts: texts('thought'),
    };
  }

  async answer(question: QuestionItem, answer: Answer): Promise<unknown> {
    return await this.probe.request(methods.answer, {
      ...{ sessionId: this.#session, id: randomUUID(), question: question.questionId, answer },
    });
  }

  /** Stop, from the device. */
  async stop(): Promise<void> {
    await this.probe.connection.agent.notify('session/cancel', { sessionId: this.#session });
  }

  /** What the agent itself calls the session. */
  get agentSession(): string {
    const offers = this.facts.findLast(({ event }) => event?.type === 'agent_offers')?.event;
    assert.ok(offers?.type === 'agent_offers' && offers.session);
    return offers.session;
  }

  async setMode(modeId: string): Promise<void> {
    const _meta = { offdesk: { change: randomUUID() } };
    await this.probe.request('session/set_mode', { sessionId: this.#session, modeId, _meta });
    await eventually(() => this.transcript.modes?.['currentModeId'] === modeId, {
      what: `mode ${modeId} to be shown`,
    });
  }

  /** As someone who was told what it allows. */
  async setOption(configId: string, value: string | boolean): Promise<void> {
    const _meta = { offdesk: { change: randomUUID(), confirmed: true } };
    const typed = typeof value === 'boolean' ? { type: 'boolean', value } : { value };
    const params = { sessionId: this.#session, configId, ...typed, _meta };
    await this.probe.request('session/set_config_option', params);
  }

  /** Whether a program of this command line runs that began in the workspace. */
  runs(command: string): boolean {
    return runsIn(this.workspace, command);
  }

  killAgent(): void {
    killAgent(join(this.#folder, 'offdesk'), this.#session);
  }

  /** A second host in the same workspace with the same agent, which keeps its own things where this one does. */
  async beside(): Promise<AgentWorld> {
    this.#beside ??= (async () => {
      const other = new AgentWorld(this.name, this.#place, this);
      this.#others.push(other);
      await other.start();
      return other;
    })();
    return await this.#beside;
  }

  /** The agent in another program than Offdesk, with the same home, as in an editor. */
  async elsewhere(): Promise<RunningAgent> {
    const { network, model } = this.#place;
    const command = agentCommand(this.name, { home: this.#home, modelUrl: model.url });
    const running = startAgent(command, { cwd: this.workspace, network });
    if (this.name === 'gemini') {
      await running.probe.initialize();
      await running.probe.agent.request('authenticate', { methodId: 'gemini-api-key' });
    }
    return running;
  }

  /** The session is over, and its agent gone. */
  async end(): Promise<void> {
    await this.host.stop();
  }

  /** Host, agent and folder are gone afterwards. */
  async dispose(): Promise<void> {
    for (const other of this.#others) await other.dispose();
    this.#device?.dispose();
    await this.#test?.host.stop();
    this.#restore();
    if (this.#test) removeFolder(this.#test.folder);
    removeFolder(this.#folder);
  }
}
