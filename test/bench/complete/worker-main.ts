/** Measures the way through the worker thread as a host goes it: the first answer, keystrokes, and the main thread meanwhile. */
import { openSync, readSync } from 'node:fs';
import { usualExcludes } from '../../../src/files/excluded.ts';
import { FilesWorker } from '../../../src/files/files-worker.ts';

export interface WorkerWish {
  /** The built worker. */
  worker: string;
  /** An absolute folder; of the worker with generated paths their number after a slash. */
  folder: string;
  /** In full; each of its beginnings is a keystroke. */
  queries: string[];
}

export interface ThroughWorker {
  /** From the question to the first answer: listing, building, searching. */
  firstMs: number;
  /** Of each keystroke, to the answer in the main thread. */
  clock: number[];
  /** At rest, while the thread starts and lists, and while somebody types. */
  idle: Block;
  start: Block;
  typing: Block;
}

/** The longest time that the main thread did nothing else, between two looks a millisecond apart. */
export interface Block {
  /** Of its own processor time: what else the machine does hardly changes it. */
  processor: number;
  /** By the clock: how much later a look came than it should have. */
  clock: number;
}

const { worker: path, folder, queries } = JSON.parse(process.argv[2]!) as WorkerWish;
const lookMs = 1;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const schedule = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');
const text = Buffer.alloc(100);

/** Of this thread alone, in milliseconds, up to when it last slept. Linux. */
function ofMainThread(): number {
  const length = readSync(schedule, text, 0, text.length, 0);
  return Number(text.toString('latin1', 0, text.subarray(0, length).indexOf(0x20))) / 1e6;
}

async function blocked(work: () => Promise<unknown>): Promise<Block> {
  const most: Block = { processor: 0, clock: 0 };
  let [processor, clock] = [0, 0];
  let begun = false;
  const look = () => {
    const [spent, at] = [ofMainThread(), performance.now()];
    if (begun) {
      most.processor = Math.max(most.processor, spent - processor);
      most.clock = Math.max(most.clock, at - clock - lookMs);
    }
    [processor, clock] = [spent, at];
  };
  const timer = setInterval(look, lookMs);
  // What was before is not counted, nor the first looks, which have to be compiled.
  await pause(200);
  begun = true;
  await work();
  await pause(20);
  clearInterval(timer);
  return most;
}

async function main(): Promise<void> {
  const worker = new FilesWorker({ log: { write: () => {} }, most: 2_000_000, path });
  const roots = [{ path: folder, prefix: '', exclude: usualExcludes, watched: true }];
  const ask = async (query: string): Promise<number> => {
    const began = performance.now();
    await worker.search({ roots, query, limit: 50, recent: [] }, new AbortController().signal);
    return performance.now() - began;
  };
  const idle = await blocked(() => pause(3_000));
  let firstMs = 0;
  const clock: number[] = [];
  const start = await blocked(async () => {
    firstMs = await ask('');
  });
  const typing = await blocked(async () => {
    for (const query of queries)
      for (let end = 1; end <= query.length; end++) {
        clock.push(await ask(query.slice(0, end)));
        await pause(5);
      }
  });
  worker.stop();
  const result: ThroughWorker = { firstMs, clock, idle, start, typing };
  process.stdout.write(JSON.stringify(result));
}

void main();
