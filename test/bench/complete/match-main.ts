/** Measures one matcher on one set of paths, in a process of its own: arguments as JSON, the result as JSON on stdout. */
import { readFileSync } from 'node:fs';
import { matchers } from './matchers.ts';
import { makePaths, makeQueries } from './paths.ts';

export interface MatchWish {
  matcher: string;
  /** Generated ones, or those in a file of JSON. */
  paths: number | string;
  queries: number;
  /** So long letter by letter; the queries after these in full alone, which says whether they hit. */
  seconds: number;
}

export interface Measured {
  paths: number;
  /** Of processor. */
  prepareMs: number;
  /** Queries that were typed letter by letter: the first so many. */
  typed: number;
  /** Of each keystroke of these: by the clock, and of processor. */
  clock: number[];
  processor: number[];
  /** Queries whose file was among the first five when all of it was typed. */
  hits: number;
  queries: number;
  /** For each path, of all that is kept, strings included; and of the tables alone. */
  bytes: number;
  tableBytes: number | undefined;
}

const used = (): number => {
  for (let i = 0; i < 3; i++) (globalThis as { gc?: () => void }).gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

const { matcher: name, paths: from, queries, seconds } = JSON.parse(process.argv[2]!) as MatchWish;
const matcher = matchers[name]!;
const before = used();
let paths: readonly string[] =
  typeof from === 'number' ? makePaths(from) : (JSON.parse(readFileSync(from, 'utf8')) as string[]);
const count = paths.length;
const wanted = makeQueries(paths, queries);
const began = process.cpuUsage();
const { find, bytes } = matcher.prepare(paths);
const spent = process.cpuUsage(began);
const prepareMs = (spent.user + spent.system) / 1000;
if (!matcher.keeps) paths = [];
const kept = used() - before;
// The first ones are slow everywhere: code that is not compiled yet.
const warm = performance.now() + Math.min(seconds, 5) * 1000;
for (const { query } of wanted.slice(0, 2))
  for (let end = 1; end <= query.length && performance.now() < warm; end++) find(query.slice(0, end));
const [clock, processor]: number[][] = [[], []];
const until = performance.now() + seconds * 1000;
let [hits, typed] = [0, 0];
for (const { path, query } of wanted) {
  const letters = performance.now() < until;
  let found: readonly string[] = letters ? [] : find(query);
  for (let end = 1; letters && end <= query.length; end++) {
    const [at, cpu] = [performance.now(), process.cpuUsage()];
    found = find(query.slice(0, end));
    const { user, system } = process.cpuUsage(cpu);
    clock!.push(performance.now() - at);
    processor!.push((user + system) / 1000);
  }
  if (letters) typed++;
  if (found.slice(0, 5).includes(path)) hits++;
}
const measured: Measured = {
  ...{ paths: count, prepareMs, typed, clock: clock!, processor: processor! },
  ...{ hits, queries: wanted.length },
  ...{ bytes: kept / count, tableBytes: bytes === undefined ? undefined : bytes / count },
};
process.stdout.write(JSON.stringify(measured));
// Paths that were kept for this alone must not go before.
if (matcher.keeps && paths.length === 0) process.exitCode = 1;
