/** What the host's main thread and the worker that knows the files say to each other. */
import type { Exclude } from './excluded.ts';

/** A folder whose files are offered. */
export interface Root {
  /** Absolute. */
  path: string;
  /** Stands before each of its paths and ends with a slash; empty where it is the only folder. */
  prefix: string;
  /** What is left out where git has no say. */
  exclude: readonly Exclude[];
  /** The shell says what comes and goes in it (`touch`). Else the worker watches it itself. */
  watched: boolean;
}

export interface FoundFile {
  /** Relative to the session's folder, with `/`; with several folders each begins with its folder's name. A folder ends with `/`. */
  path: string;
  kind: 'file' | 'folder';
  /** An absolute file: URI. */
  uri: string;
  /** Indexes of matched characters in `path`. */
  matches: number[];
  /** Open, or chosen not long ago. */
  recent?: true;
}

export interface Ask {
  roots: readonly Root[];
  query: string;
  limit: number;
  /** Absolute paths that come first, the one used last before the others. */
  recent: readonly string[];
}

export type ToWorker =
  | ({ kind: 'search'; id: number } & Ask)
  /** Nobody waits for it any more. */
  | { kind: 'forget'; id: number }
  /** Absolute paths that came or went; which of both, the worker sees itself. */
  | { kind: 'touch'; paths: readonly string[] };

export type FromWorker =
  { kind: 'found'; id: number; files: FoundFile[] } | { kind: 'failed'; id: number; message: string };
