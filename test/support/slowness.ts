/** How much slower this machine is, at this moment, than the one that bounds in processor time were set on. */

/** What the work below takes there, at rest. */
const usualMs = 12;

/**
 * A bound that grows without end finds nothing on a slow machine. The smallest stall that was found so far took three
 * times what a task may take, at rest on a fast one: it is found wherever this is the most, since a stall grows as the
 * machine is slower, and the bound does not.
 */
const most = 3;

/** From 1 to `most`. Processor time grows too where others use the same caches and cores. */
export function slowness(): number {
  work();
  const times = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  }).sort((a, b) => a - b);
  return Math.min(most, Math.max(1, times[2]! / usualMs));
}

function work(): number {
  const counts = new Map<string, number>();
  let text = '';
  for (let i = 0; i < 200_000; i++) {
    const key = `key${i % 5_000}`;
    counts.set(key, (counts.get(key) ?? 0) + i);
    if (i % 10 === 0) text += key;
  }
  return counts.size + text.length;
}
