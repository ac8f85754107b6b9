/** Typed errors across bundles. */
import assert from 'node:assert/strict';
import { buildSync } from 'esbuild';
import type * as errors from '../../../src/base/error.ts';
import { asOffdeskError, OffdeskError } from '../../../src/base/error.ts';

class Narrower extends OffdeskError {}

describe('OffdeskError', () => {
  it('is known by what it is: extension and core are two bundles with a class each', () => {
    const { outputFiles } = buildSync({
      entryPoints: ['src/base/error.ts'],
      bundle: true,
      format: 'iife',
      globalName: 'other',
      write: false,
    });
    const other = new Function(`${outputFiles[0]!.text}; return other;`)() as typeof errors;
    const foreign = new other.OffdeskError('host_locked', 'It runs.', 'Stop it.');
    assert.ok(foreign instanceof OffdeskError);
    assert.equal(asOffdeskError(foreign), foreign);
    assert.equal(asOffdeskError(foreign).sentence, 'It runs. Stop it.');
    assert.equal(foreign instanceof Narrower, false);
  });

  it('is not just any error', () => {
    assert.equal(Object.assign(new Error('x'), { code: 'ENOENT' }) instanceof OffdeskError, false);
    assert.equal(
      ({ name: 'OffdeskError', code: 'closed', next: '' } as unknown) instanceof OffdeskError,
      false,
    );
    assert.equal(asOffdeskError(new Error('x')).code, 'internal');
    assert.equal(new Narrower('closed', 'x') instanceof Narrower, true);
    assert.equal(new Narrower('closed', 'x') instanceof OffdeskError, true);
    assert.equal(new OffdeskError('closed', 'x') instanceof Narrower, false);
  });
});
