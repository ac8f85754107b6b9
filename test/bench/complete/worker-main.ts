/** Measures the way through the worker thread as a host goes it: the first answer, keystrokes, and the main thread meanwhile. */
import { readFileSync } from 'node:fs';
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
  /**
   * Processor time of the main thread between two looks a millisecond apart, the most: at rest, while the thread starts
   * and lists, and while somebody types.
   */
  idleBlockMs: number;
  startBlockMs: number;
  blockMs: number;
}

const { worker: path, folder, queries } = JSON.parse(process.argv[2]!) as WorkerWish;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Of this thread alone, in milliseconds; what else the machine does hardly changes it. Linux. */
const ofMainThread = (): number =>
  Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;

/** At the most as long did the main thread do nothing else. */
async function blocked(work: () => Promise<unknown>): Promise<number> {
  let [before, most] = [ofMainThread(), 0];
  const look = () => {
    const now = ofMainThread();
    most = Math.max(most, now - before);
    before = now;
  };
  const timer = setInterval(look, 1);
  await work();
  clearInterval(timer);
  look();
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
  const idleBlockMs = await blocked(() => pause(3_000));
  let firstMs = 0;
  const clock: number[] = [];
  const startBlockMs = await blocked(async () => {
    firstMs = await ask('');
  });
  const blockMs = await blocked(async () => {
    for (const query of queries)
      for (let end = 1; end <= query.length; end++) {
        clock.push(await ask(query.slice(0, end)));
        await pause(5);
      }
  });
  worker.stop();
  const result: ThroughWorker = { firstMs, clock, idleBlockMs, startBlockMs, blockMs };
  process.stdout.write(JSON.stringify(result));
}

void main();
