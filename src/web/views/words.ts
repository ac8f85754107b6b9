/** Times, names and counts as people say them. */
import type { ErrorShape } from '../../base/error.ts';
import type { Origin } from '../../protocol/facts.ts';
import { locale } from '../locale.ts';
import { english, strings } from '../strings.ts';

const makeFormats = () => ({
  clock: new Intl.DateTimeFormat(locale(), { hour: '2-digit', minute: '2-digit' }),
  day: new Intl.DateTimeFormat(locale(), { weekday: 'short', hour: '2-digit', minute: '2-digit' }),
  date: new Intl.DateTimeFormat(locale(), {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }),
});
/** Made at the first use, when the language is known, and once: making one costs more than a hundred uses. */
let formats: ReturnType<typeof makeFormats> | undefined;

/** `at`: milliseconds since the Unix epoch. */
export function when(at: number, now: number = Date.now()): string {
  const then = new Date(at);
  const { clock, day, date } = (formats ??= makeFormats());
  if (then.toDateString() === new Date(now).toDateString()) return clock.format(then);
  return now - at < 6 * 24 * 3_600_000 ? day.format(then) : date.format(then);
}

/** `4:12`. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** "the desk", "Pixel 9". */
export function nameOf(origin: Origin): string {
  switch (origin.kind) {
    case 'desk':
      return strings.theDesk;
    case 'host':
      return strings.theComputer;
    case 'agent':
    case 'device':
    case 'editor':
      return origin.name ?? strings.anotherDevice;
  }
}

/** A host's error: what happened, and what to do now. */
export function errorWords<E extends Pick<ErrorShape, 'message' | 'next'>>(error: E): E {
  return { ...error, message: strings.fromHost(error.message), next: strings.fromHost(error.next) };
}

/** Of a client's name: the host calls its own desk so in English. */
export function clientName(name: string): string {
  return name === english.theDesk ? strings.theDesk : name;
}

/** The last part of a path. */
export function folderName(path: string): string {
  return path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;
}

/** A path as seen from the session's folder, where it lies inside. */
export function shortPath(path: string, cwd: string): string {
  const root = cwd.endsWith('/') ? cwd : `${cwd}/`;
  return cwd && path.startsWith(root) ? path.slice(root.length) : path;
}

/** A tool's title with its paths as seen from the session's folder; opencode leaves out a path's first slash. */
export function shortTitle(title: string, cwd: string): string {
  if (!cwd) return title;
  const root = cwd.endsWith('/') ? cwd : `${cwd}/`;
  const short = title.replaceAll(root, '');
  return short.startsWith(root.slice(1)) ? short.slice(root.length - 1) : short;
}

/** `493 021`. */
export function spacedDigits(digits: string): string {
  return digits.length === 6 ? `${digits.slice(0, 3)} ${digits.slice(3)}` : digits;
}
