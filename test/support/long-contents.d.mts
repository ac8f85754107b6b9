/** Types of long-contents.mjs, which an agent without a build step runs too. */
import type { RawUpdate } from '../../src/protocol/facts.ts';

export type LongContent = 'diff' | 'rewrite' | 'output' | 'listing' | 'message' | 'block';
export const contents: Readonly<Record<LongContent, () => Iterable<RawUpdate>>>;
