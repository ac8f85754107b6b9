// Runs all tests as named stages and ends with one line: `N passed, N failed`, and `, N skipped` where some were.
//
//   node test/run.mjs                       everything, as npm test does
//   node test/run.mjs unit integration      some stages
//   node test/run.mjs look --jobs 2         so many mochas at a time, each with a part of the files
//   node test/run.mjs e2e -- --grep story   what follows -- goes to mocha
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './bed/places.mjs';

const output = join(root, '.test-output');
const vsix = join(root, 'dist', 'offdesk.vsix');
const minute = 60_000;
/** After mocha has reported its end: what keeps it from exiting is a leak. */
const exitMs = 20_000;
/** After a stage has ended: for processes that are just ending. */
const leftoverMs = 5_000;
const node = process.execPath;

/**
 * In order. `background` begins with the first stage and is awaited in its place. `jobs`: so many mochas at a time, each
 * with a part of the files: of stages whose tests keep one processor busy, or wait for other programs, at most.
 */
const stages = [
  { name: 'build', command: ['npm', 'run', 'build'], boundMs: 5 * minute },
  { name: 'types', command: ['npm', 'run', 'typecheck'], boundMs: 10 * minute },
  { name: 'lint', command: ['npm', 'run', 'lint'], boundMs: 10 * minute, background: true },
  { name: 'prepare', command: [node, 'test/prepare.mjs'], boundMs: 35 * minute, background: true },
  {
    name: 'package',
    command: ['npm', 'run', 'package'],
    boundMs: 5 * minute,
    after: ['build'],
  },
  { name: 'unit', mocha: 'test/unit', timeoutMs: 30_000, boundMs: 15 * minute, jobs: 2, after: [] },
  {
    name: 'integration',
    mocha: 'test/integration',
    timeoutMs: minute,
    boundMs: 30 * minute,
    jobs: 2,
    after: ['build'],
  },
  {
    name: 'faults',
    command: ['npm', 'run', 'test:faults', '--', '--rounds', '20', '--seed', 'offdesk', '--jobs', '2'],
    boundMs: 10 * minute,
    after: [],
  },
  {
    name: 'agents',
    mocha: 'test/agents',
    timeoutMs: 4 * minute,
    boundMs: 20 * minute,
    after: ['prepare'],
  },
  {
    name: 'vscode',
    mocha: 'test/vscode',
    timeoutMs: 5 * minute,
    boundMs: 30 * minute,
    after: ['build', 'package', 'prepare'],
  },
  {
    name: 'e2e',
    mocha: 'test/e2e',
    timeoutMs: 5 * minute,
    boundMs: 60 * minute,
    jobs: 2,
    after: ['build', 'package', 'prepare'],
  },
  {
    name: 'look',
    mocha: 'test/look',
    timeoutMs: 5 * minute,
    boundMs: 30 * minute,
    after: ['build', 'package', 'prepare'],
  },
];

const args = process.argv.slice(2);
const dashes = args.includes('--') ? args.indexOf('--') : args.length;
const own = args.slice(0, dashes);
const given = own.indexOf('--jobs');
const [, jobsOfAll] = given < 0 ? [] : own.splice(given, 2);
const chosen = own;
const mochaArgs = args.slice(dashes + 1);
const unknown = chosen.filter((name) => !stages.some((stage) => stage.name === name));
if (unknown.length > 0) {
  console.error(`no stage ${unknown.join(', ')}; there are: ${stages.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}
const selected = stages.filter(({ name }) => chosen.length === 0 || chosen.includes(name));

const running = new Set();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.once(signal, () => {
    for (const end of running) end();
    process.exit(1);
  });

/** Stage name to results: `{ result: 'passed' | 'failed' | 'skipped', title, error }`. */
const results = new Map();
mkdirSync(output, { recursive: true });
if (selected.some(({ name }) => name === 'package')) rmSync(vsix, { force: true });

const began = performance.now();
const background = new Map(
  selected.filter((stage) => stage.background).map((stage) => [stage.name, runStage(stage)]),
);
for (const stage of selected) {
  const broken = (stage.after ?? []).filter((name) =>
    results.get(name)?.some(({ result }) => result === 'failed'),
  );
  if (broken.length > 0) {
    console.log(`\n=== ${stage.name}: not run, because of ${broken.join(', ')}`);
    results.set(stage.name, [
      { result: 'failed', title: `${stage.name} (not run, because of ${broken.join(', ')})` },
    ]);
    continue;
  }
  const from = performance.now();
  const found = await (background.get(stage.name) ?? runStage(stage));
  results.set(stage.name, found);
  console.log(`=== ${stage.name}: ${counts(found)} (${seconds(from)})`);
}

const all = [...results].flatMap(([stage, found]) => found.map((one) => ({ stage, ...one })));
writeFileSync(join(output, 'results.json'), JSON.stringify(all, undefined, 2));
const skipped = all.filter(({ result }) => result === 'skipped');
const failed = all.filter(({ result }) => result === 'failed');
console.log(`\n${'='.repeat(60)}`);
for (const { stage, title } of skipped) console.log(`skipped  ${stage}: ${title}`);
for (const { stage, title, error } of failed) {
  console.log(`FAILED   ${stage}: ${title}`);
  if (error) console.log(indent(error.slice(0, 3000)));
}
for (const [stage, found] of results) console.log(`${stage}: ${counts(found)}`);
console.log(`in ${seconds(began)}`);
console.log(counts(all));
process.exitCode = failed.length > 0 ? 1 : 0;

async function runStage(stage) {
  console.log(`\n=== ${stage.name}`);
  if (!stage.mocha) return [{ title: stage.name, ...(await runBounded(stage, stage.command)) }];
  const parts = partsOf(testsIn(stage.mocha), Number(jobsOfAll ?? stage.jobs ?? 1));
  if (parts.length === 0)
    return [{ result: 'failed', title: `${stage.name}: there are no tests in ${stage.mocha}` }];
  const found = await Promise.all(parts.map((files, part) => runMocha(stage, files, part)));
  return found.flat();
}

/** The first part shows its output as it comes, the others theirs when they have ended. */
async function runMocha(stage, files, part) {
  const results = join(output, `results-${stage.name}-${process.pid}-${part}.jsonl`);
  rmSync(results, { force: true });
  const ended = await runBounded(stage, mochaCommand(stage, files), results, part > 0);
  const found = read(results).filter(({ result }) => result !== 'end');
  rmSync(results, { force: true });
  const explained = !ended.wrong && found.some(({ result }) => result === 'failed');
  // A stage that crashed, hung, leaked, or ran nothing is a failure of its own.
  if (ended.result === 'failed' && !explained) found.push({ title: stage.name, ...ended });
  return found;
}

function mochaCommand({ timeoutMs }, files) {
  return [
    ...[node, tool('mocha/bin/mocha.js'), '--import=tsx', '--forbid-only'],
    ...['--timeout', String(timeoutMs), '--reporter', 'test/support/stage-reporter.cjs'],
    ...[...mochaArgs, ...files],
  ];
}

/** Runs a command to its end, shows its output, and ends it and all it started when the time is over. */
async function runBounded({ boundMs, background, name }, [program, ...args], results, held = false) {
  const run = randomUUID();
  const env = {
    ...process.env,
    OFFDESK_TEST_STAGE: run,
    ...(results ? { OFFDESK_TEST_RESULTS: results } : {}),
  };
  const child = spawn(program, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const kill = () => {
    for (const pid of leftovers(run)) end(pid);
    if (child.pid && child.exitCode === null) end(-child.pid);
  };
  running.add(kill);
  let [tail, shown] = ['', ''];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text) => {
      tail = (tail + text).slice(-64 * 1024);
      if (held) shown += text;
      else process.stdout.write(text);
    });
  }
  let wrong;
  const bound = setTimeout(() => {
    wrong = `did not end in ${boundMs / minute} minutes`;
    kill();
  }, boundMs);
  let reported;
  const watch = setInterval(() => {
    if (!results || !read(results).some(({ result }) => result === 'end')) return;
    reported ??= performance.now();
    if (performance.now() - reported < exitMs) return;
    wrong = 'reported its end but did not exit: something was left open';
    kill();
  }, 1000);
  const { code, error } = await new Promise((resolve) => {
    child.once('error', (error) => resolve({ error }));
    child.once('exit', (code, signal) => {
      // What an orphan holds open must not hold us: its output is of no interest.
      const drained = setTimeout(() => resolve({ code: code ?? signal }), 2000);
      child.once('close', () => {
        clearTimeout(drained);
        resolve({ code: code ?? signal });
      });
    });
  });
  clearTimeout(bound);
  clearInterval(watch);
  process.stdout.write(shown);
  if (!background) {
    const left = await remaining(run);
    if (left.length > 0) wrong ??= `left processes behind: ${left.map(commandOf).join('; ')}`;
  }
  kill();
  running.delete(kill);
  if (error) return { result: 'failed', wrong: error.message, error: error.message };
  if (code === 0 && !wrong) return { result: 'passed' };
  const what = wrong ?? `ended with ${code}`;
  console.log(`${name}: ${what}`);
  return { result: 'failed', wrong, error: `${what}\n${tail.slice(-2500)}` };
}

/** Processes of a stage that are still there after a while. Linux. */
async function remaining(run) {
  const until = performance.now() + leftoverMs;
  for (;;) {
    const left = leftovers(run);
    if (left.length === 0 || performance.now() > until) return left;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

function leftovers(run) {
  if (!existsSync('/proc/self/environ')) return [];
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`).includes(run) && commandOf(pid);
      } catch {
        return false;
      }
    })
    .map(Number);
}

function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim().slice(0, 200);
  } catch {
    return '';
  }
}

function end(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** The complete lines of a results file. */
function read(path) {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

/** Relative to the root, in the order in which mocha would take them. */
function testsIn(folder) {
  if (!existsSync(join(root, folder))) return [];
  const names = readdirSync(join(root, folder), { recursive: true });
  return names
    .filter((name) => name.endsWith('.test.ts'))
    .sort()
    .map((name) => join(folder, name));
}

/** At most so many, of about as much text each. */
function partsOf(files, most) {
  const parts = Array.from({ length: most }, () => ({ bytes: 0, files: [] }));
  const sized = files.map((file) => ({ file, bytes: statSync(join(root, file)).size }));
  for (const { file, bytes } of sized.sort((a, b) => b.bytes - a.bytes)) {
    const [least] = parts.sort((a, b) => a.bytes - b.bytes);
    least.bytes += bytes;
    least.files.push(file);
  }
  return parts.map(({ files }) => files.sort()).filter(({ length }) => length > 0);
}

function counts(found) {
  const count = (wanted) => found.filter(({ result }) => result === wanted).length;
  const skipped = count('skipped');
  return `${count('passed')} passed, ${count('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function tool(path) {
  return join(root, 'node_modules', path);
}

function seconds(from) {
  return `${Math.round((performance.now() - from) / 1000)} s`;
}

function indent(text) {
  return text.replaceAll(/^/gm, '         ');
}
