/** Waiting for a state, bounded: the one place in the tests where time passes on purpose. */

export interface WaitOptions {
  /** What is awaited, for the error. */
  what: string;
  /** Milliseconds; 30 s by default. */
  timeoutMs?: number;
  /** Milliseconds between two looks. */
  everyMs?: number;
}

type Truthy<T> = Exclude<T, false | 0 | '' | null | undefined>;

/**
 * Looks until `look` gives something truthy, and returns that. A look that throws counts as 'not yet'; its
 * error is the cause of the one that is thrown when the time is over.
 */
export async function eventually<T>(
  look: () => T | Promise<T>,
  { what, timeoutMs = 30_000, everyMs = 25 }: WaitOptions,
): Promise<Truthy<Awaited<T>>> {
  const end = performance.now() + timeoutMs;
  let last: Awaited<T> | undefined;
  let cause: unknown;
  for (;;) {
    try {
      last = await within(look(), Math.max(1, end - performance.now()), `a look for: ${what}`);
      cause = undefined;
      if (last) return last as Truthy<Awaited<T>>;
    } catch (error) {
      cause = error;
    }
    if (performance.now() >= end) {
      const seen = cause instanceof Error ? cause.message : JSON.stringify(last);
      throw new Error(`waited ${timeoutMs} ms for ${what}; last seen: ${seen}`, { cause });
    }
    await pause(everyMs);
  }
}

/** The promise, or an error that says `what` once `timeoutMs` are over. */
export function within<T>(promise: T, timeoutMs: number, what: string): Promise<Awaited<T>> {
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${Math.round(timeoutMs)} ms for ${what}`)), timeoutMs);
  });
  return Promise.race([Promise.resolve(promise), bound]).finally(() => clearTimeout(timer));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
