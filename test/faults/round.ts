/** One round: a world, its script, healing, quiet, and what must hold then. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fact } from '../../src/protocol/facts.ts';
import { eventually } from '../support/wait.ts';
import { violations, type Outcome } from './invariants.ts';
import { journalFolders, readJournalFiles, type JournalFiles } from './journal-files.ts';
import { waitForQuiet } from './quiet.ts';
import { describeScript, type Script } from './script.ts';
import type { Shown } from './shown.ts';
import type { SurfaceState } from './surface.ts';
import type { Template } from './template.ts';
import { astray, notesOf } from './whose.ts';
import { surfaceNames, World } from './world.ts';

/** Of processes, after they were asked to end. */
const goneMs = 30_000;
/** From quiet until all is on the disk. */
const writtenMs = 30_000;

export interface RoundResult {
  /** Empty where all invariants hold. */
  violations: string[];
  ms: number;
  facts: number;
  /** The script wanted a small disk, which cannot be had here. */
  skippedDisk: boolean;
}

/** `folder` is made, and removed where all invariants hold. */
export async function runRound(folder: string, template: Template, script: Script): Promise<RoundResult> {
  const began = performance.now();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'script.txt'), `${describeScript(script)}\n`);
  let found: string[];
  let facts = 0;
  let skippedDisk = false;
  let world: World | undefined;
  try {
    world = await World.start(folder, template, script);
    skippedDisk = world.done.skippedDisk;
    if (!script.cold) {
      await waitForQuiet(world);
      assertOneProcess(world);
    }
    await play(world, script);
    world.note('heal');
    await world.heal();
    const sessions = await waitForQuiet(world);
    world.note('quiet');
    const judged = await judge(world, sessions);
    facts = judged.facts;
    found = [...judged.found, ...(await endOf(world))];
  } catch (error) {
    found = [(error as Error).stack ?? String(error)];
  }
  await world?.close();
  if (found.length > 0) writeFileSync(join(folder, 'violations.txt'), `${found.join('\n')}\n`);
  world?.unmount();
  if (found.length === 0) rmSync(folder, { recursive: true, force: true });
  return { violations: found, ms: performance.now() - began, facts, skippedDisk };
}

async function play(world: World, script: Script): Promise<void> {
  const began = performance.now();
  const doing: Promise<void>[] = [];
  const wrong: unknown[] = [];
  for (const { at, ...step } of script.steps) {
    const wait = began + at - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    world.note(`${JSON.stringify(step)}`);
    doing.push(world.step(step).catch((error: unknown) => void wrong.push(error)));
  }
  // A step at what stands still ends when it is thawed or given up.
  await Promise.all(doing);
  if (wrong.length > 0) throw wrong[0];
}

/** Before anything breaks. */
function assertOneProcess(world: World): void {
  const began = world.agentNotes().filter(({ ev }) => ev === 'new');
  const pids = new Set(began.map(({ pid }) => pid));
  if (pids.size > 1 || began.length !== world.sessions)
    throw new Error(`${began.length} sessions of the agent began in ${pids.size} processes`);
}

async function judge(world: World, sessions: readonly string[]): Promise<{ found: string[]; facts: number }> {
  const journals: (readonly Fact[])[] = [];
  const found: string[] = [];
  for (const [number, session] of sessions.entries()) {
    const outcome = await outcomeOf(world, session, number);
    journals.push(outcome.facts);
    const where = sessions.length > 1 ? `session ${number}: ` : '';
    found.push(...violations(outcome).map((sentence) => `${where}${sentence}`));
  }
  found.push(...astray(journals, world.agentNotes()), ...strangers(world, sessions));
  return { found, facts: journals.flat().length };
}

async function outcomeOf(world: World, session: string, number: number): Promise<Outcome> {
  const surfaces: Outcome['surfaces'][number][] = [];
  for (const name of surfaceNames) {
    surfaces.push({
      name,
      shown: await world.ask<Shown>(name, 'story', { session: number }),
      state: await world.ask<SurfaceState>(name, 'state', { session: number }),
      accepted: world.accepted(name, number),
    });
  }
  const { hostKilled, diskFilled } = world.done;
  const folder = journalFolders(world.machineFolder).get(session);
  const files = folder === undefined ? undefined : await written(folder, surfaces);
  const facts = files?.facts ?? (await world.ask<{ facts: Fact[] }>('host', 'facts', { session })).facts;
  const all = world.agentNotes();
  const agent = world.sessions === 1 ? all : notesOf(facts, all);
  return { surfaces, agent, hostKilled, diskFilled, facts, damage: files?.damage ?? [], merged: !files };
}

/** The files once they have what is shown: what a full disk did not take the host writes a while after there is room. */
async function written(folder: string, surfaces: Outcome['surfaces']): Promise<JournalFiles | undefined> {
  const shown = Math.max(...surfaces.map(({ state }) => state.cursor));
  const until = performance.now() + writtenMs;
  for (;;) {
    const files = readJournalFiles(folder);
    if (!files || (files.facts.at(-1)?.seq ?? 0) >= shown || performance.now() > until) return files;
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}

/** Sessions that nobody began. */
function* strangers(world: World, sessions: readonly string[]): Iterable<string> {
  for (const id of journalFolders(world.machineFolder).keys())
    if (!sessions.includes(id)) yield `session ${id} is one too many`;
}

/** Nothing is left over: no process, and so no port; no lock; no temporary file. */
async function endOf(world: World): Promise<string[]> {
  await world.ask('host', 'hostStop');
  await world.end();
  const gone = eventually(() => world.leftovers().length === 0, { what: 'the end', timeoutMs: goneMs });
  await gone.catch(() => undefined);
  const processes = world.leftovers().map(({ pid, command }) => `process ${pid} is left over: ${command}`);
  const temporary = readdirSync(join(world.folder, 'tmp')).map((name) => `temporary ${name} is left over`);
  const locks = readdirSync(world.machineFolder).filter((name) => name.endsWith('.lock'));
  return [...processes, ...temporary, ...locks.map((name) => `lock ${name} is left over`)];
}
