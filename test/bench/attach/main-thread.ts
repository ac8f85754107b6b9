/** The longest task of a page's main thread, by the browser's own trace. */
import type { Page } from 'playwright-core';

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  /** Microseconds: on the clock, and of the thread itself. */
  dur?: number;
  tdur?: number;
  args?: { name?: string };
}

const taskName = 'ThreadControllerImpl::RunTask';

/** Milliseconds, over all pages of the browser: by the clock, and of processor, which a busy machine does not change. */
export interface Longest {
  clock: number;
  processor: number;
}

export async function mainThreadTasks<T>(
  page: Page,
  work: () => Promise<T>,
): Promise<{ result: T; longest: Longest }> {
  const browser = page.context().browser();
  if (!browser) throw new Error('the page has no browser');
  await browser.startTracing(page, { categories: ['toplevel', '__metadata'] });
  let trace: Buffer | undefined;
  let result: T;
  try {
    result = await work();
  } finally {
    trace = await browser.stopTracing();
  }
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
  const mains = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = traceEvents.filter(({ name, pid, tid }) => name === taskName && mains.has(`${pid} ${tid}`));
  if (tasks.length === 0) throw new Error('the trace has no tasks of a page');
  const most = (of: (task: TraceEvent) => number | undefined): number =>
    tasks.reduce((longest, task) => Math.max(longest, of(task) ?? 0), 0) / 1000;
  return { result, longest: { clock: most(({ dur }) => dur), processor: most(({ tdur }) => tdur) } };
}
