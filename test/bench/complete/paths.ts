/** Paths as large repositories have them, and what somebody types who wants one of them; the same for the same seed. */

/** Uniform in [0, 1); mulberry32 (public domain), good enough to choose words with. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const words =
  `account action adapter agent alert api app archive asset async auth badge base batch billing block board bridge browser
  buffer build bundle button cache calendar canvas card cart catalog channel chart chat check checkout chunk client clock
  cluster codec color column command comment common component config connection console container context control cookie core
  counter crypto currency cursor dashboard data database debug decoder default device dialog diff directory dispatch document
  domain draft driver edge editor element email emitter encoder engine entity entry env error event example export extension
  factory feature feed field file filter flag flow folder font form format frame gateway generator grid group guard handler
  hash header health helper history home hook host http icon identity image import index inbox info input install instance
  invoice item job journal key kernel label language layout ledger legacy level library limit link list loader locale lock
  log login mail main manager manifest map margin marker media memory menu merge message meta metric middleware migration mock
  modal mode model module monitor mount navigation network node note notice number object offer option order outbox output
  overlay package page panel parser patch path payment peer permission pipeline plan platform plugin point policy pool popup
  port preview price print process product profile project prompt protocol provider proxy query queue quota range rate reader
  record reducer ref registry relay render report request resolver resource response rest result retry review role root
  route router rule runner runtime sample scanner schedule schema scope screen script scroll search section security segment
  select sender server service session setting setup shape share shell signal sink snapshot socket sort source spec stack
  stage state status step storage store stream string style subscription summary support switch sync table tag target task
  team template terminal test text theme thread ticket time toast token tool tooltip trace tracker transcript transfer
  transport tree trigger type update upload url user util validator value vendor version view viewer wallet watcher web
  webhook widget window worker workspace wrapper writer zone`.split(/\s+/);
const roots = [
  'src',
  'packages',
  'apps',
  'lib',
  'test',
  'docs',
  'services',
  'tools',
  'internal',
  'cmd',
  'crates',
];
const kinds = [
  'ts',
  'ts',
  'ts',
  'tsx',
  'tsx',
  'js',
  'json',
  'md',
  'css',
  'py',
  'go',
  'rs',
  'java',
  'svg',
  'yaml',
];

/** `count` different file paths, two to seven folders deep, some 60 characters long. */
export function makePaths(count: number, seed = 1): string[] {
  const next = random(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)]!;
  const capital = (word: string): string => word[0]!.toUpperCase() + word.slice(1);
  const name = (most: number): string => {
    const parts = Array.from({ length: 1 + Math.floor(next() * most) }, () => pick(words));
    const how = next();
    if (how < 0.4) return parts.join('-');
    if (how < 0.6) return parts.map(capital).join('');
    if (how < 0.8) return parts[0]! + parts.slice(1).map(capital).join('');
    return parts.join('_');
  };
  const folders = roots.map((root) => root);
  const paths = new Set<string>();
  while (paths.size < count) {
    if (next() < 0.08 || folders.length < 40) {
      // Trees are broad rather than deep.
      const parent = folders[Math.floor(next() ** 2 * folders.length)]!;
      if (parent.split('/').length < 7) folders.push(`${parent}/${name(2)}`);
    }
    const test = next() < 0.15 ? '.test' : '';
    paths.add(`${pick(folders)}/${next() < 0.05 ? 'index' : name(3)}${test}.${pick(kinds)}`);
  }
  // As git lists them.
  return [...paths].sort();
}

export interface Wanted {
  path: string;
  /** In full; each of its beginnings is a keystroke. */
  query: string;
}

const parts = (text: string): string[] => text.match(/[A-Z]?[a-z]+|\d+/g) ?? [text];

/** Abbreviations as people type them: a name's beginning, its words' beginnings, a folder's and the name's, a letter left out. */
export function makeQueries(paths: readonly string[], count: number, seed = 2): Wanted[] {
  const next = random(seed);
  const wanted: Wanted[] = [];
  while (wanted.length < count) {
    const path = paths[Math.floor(next() * paths.length)]!;
    const folders = path.split('/');
    const name = folders.pop()!;
    const [stem = ''] = name.split('.');
    const names = parts(stem);
    const beginnings = (letters: number): string => names.map((part) => part.slice(0, letters)).join('');
    const how = wanted.length % 5;
    let query: string;
    if (how === 0) query = stem.slice(0, 10);
    else if (how === 1) query = beginnings(4);
    else if (how === 2) query = `${folders.at(-1)!.slice(0, 5)}/${stem.slice(0, 7)}`;
    else if (how === 3)
      query =
        folders
          .slice(-2)
          .map((folder) => folder.slice(0, 3))
          .join('') + beginnings(3);
    else {
      const out = 1 + Math.floor(next() * Math.max(1, name.length - 3));
      query = name.slice(0, out) + name.slice(out + 1);
    }
    query = query.toLowerCase();
    if (query.length >= 4) wanted.push({ path, query });
  }
  return wanted;
}
