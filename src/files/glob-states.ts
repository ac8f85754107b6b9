/** A glob as VS Code has it, read in one pass over the path whatever its stars and braces: nothing is tried again. */

type Fits = (letter: string) => boolean;

interface State {
  /** From here at once. */
  free: number[];
  /** From here with a letter that fits. */
  steps: { fits: Fits; to: number }[];
}

const noSlash: Fits = (letter) => letter !== '/';
const any: Fits = () => true;

/** Throws SyntaxError for a range that is none. */
export function globStates(glob: string): (path: string) => boolean {
  const states: State[] = [{ free: [], steps: [] }];
  const add = (): number => states.push({ free: [], steps: [] }) - 1;
  const step = (from: number, fits: Fits, to: number) => states[from]!.steps.push({ fits, to });
  const free = (from: number, to: number) => states[from]!.free.push(to);
  /** Of each brace that is open: where its choices begin and end. */
  const braces: { from: number; to: number }[] = [];
  let last = 0;
  const then = (fits: Fits): void => {
    const next = add();
    step(last, fits, next);
    last = next;
  };
  const close = (): void => {
    const { to } = braces.pop()!;
    free(last, to);
    last = to;
  };
  for (let at = 0; at < glob.length; at++) {
    const letter = glob[at]!;
    if ((at === 0 || glob[at - 1] === '/') && glob.startsWith('**/', at)) {
      const [folder, out] = [add(), add()];
      step(last, noSlash, folder);
      step(folder, noSlash, folder);
      const again = add();
      step(folder, is('/'), again);
      step(again, noSlash, folder);
      free(last, out);
      free(again, out);
      last = out;
      at += 2;
    } else if (letter === '*') {
      const all = glob[at + 1] === '*';
      // What comes before must not come again.
      const loop = add();
      free(last, loop);
      step(loop, all ? any : noSlash, loop);
      last = loop;
      if (all) at++;
    } else if (letter === '?') then(noSlash);
    else if (letter === '{') {
      const from = last;
      braces.push({ from, to: add() });
      last = add();
      free(from, last);
    } else if (letter === '}' && braces.length > 0) close();
    else if (letter === ',' && braces.length > 0) {
      const { from, to } = braces.at(-1)!;
      free(last, to);
      last = add();
      free(from, last);
    } else if (letter === '[' && glob.includes(']', at + 2)) {
      const end = glob.indexOf(']', at + 2);
      const range = new RegExp(`^${rangeOf(glob.slice(at + 1, end))}$`, 's');
      then((one) => range.test(one));
      at = end;
    } else then(is(letter));
  }
  while (braces.length > 0) close();
  const end = add();
  free(last, end);
  step(last, is('/'), end);
  return (path) => runs(states, end, path);
}

/** `!` leaves its letters out. */
export function rangeOf(inside: string): string {
  return `[${inside.replace(/^[!^]/, '^').replaceAll(/[\\[\]]/g, '\\$&')}]`;
}

const is =
  (wanted: string): Fits =>
  (letter) =>
    letter === wanted;

function runs(states: readonly State[], end: number, path: string): boolean {
  let now = reach(states, [0]);
  for (let at = 0; at < path.length && now.size > 0; at++) {
    const letter = path[at]!;
    const next: number[] = [];
    for (const state of now) for (const { fits, to } of states[state]!.steps) if (fits(letter)) next.push(to);
    now = reach(states, next);
  }
  return now.has(end);
}

/** With all that is reached without a letter; each once. */
function reach(states: readonly State[], from: readonly number[]): Set<number> {
  const found = new Set(from);
  // A set is walked on to what is added meanwhile.
  for (const state of found) for (const to of states[state]!.free) found.add(to);
  return found;
}
