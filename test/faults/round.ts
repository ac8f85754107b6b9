/** One round: a world, its script, healing, quiet, and what must hold then. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fact } from '../../src/protocol/facts.ts';
import { eventually } from '../support/wait.ts';
import { violations, type Outcome } from './invariants.ts';
import { readJournalFiles } from './journal-files.ts';
import { waitForQuiet } from './quiet.ts';
import { describeScript, type Script } from './script.ts';
import type { Shown } from './shown.ts';
import type { SurfaceState } from './surface.ts';
import type { Template } from './template.ts';
import { surfaceNames, World } from './world.ts';

/** Of processes, after they were asked to end. */
const goneMs = 5_000;

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
    if (!script.cold) await waitForQuiet(world);
    await play(world, script);
    world.note('heal');
    await world.heal();
    const { session } = await waitForQuiet(world);
    world.note('quiet');
    const outcome = await outcomeOf(world, session?.id ?? '');
    facts = outcome.facts.length;
    found = [...violations(outcome), ...(await endOf(world))];
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

async function outcomeOf(world: World, session: string): Promise<Outcome> {
  const surfaces: Outcome['surfaces'][number][] = [];
  for (const name of surfaceNames) {
    surfaces.push({
      name,
      shown: await world.ask<Shown>(name, 'story'),
      state: await world.ask<SurfaceState>(name, 'state'),
      accepted: world.accepted(name),
    });
  }
  const { hostKilled, diskFilled } = world.done;
  const common = { surfaces, agent: world.agentNotes(), hostKilled, diskFilled };
  const files = readJournalFiles(world.machineFolder);
  if (files) return { ...common, ...files, merged: false };
  const { facts } = await world.ask<{ facts: Fact[] }>('host', 'facts', { session });
  return { ...common, facts, damage: [], merged: true };
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
