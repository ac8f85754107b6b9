/** Which paths an agent may have opened: those of this computer. */
import assert from 'node:assert/strict';
import { leadsElsewhere } from '../../../src/base/network-path.ts';

describe('base: paths of another computer', () => {
  it('C12: begin with two slashes of either kind', () => {
    for (const path of ['\\\\evil\\share\\x', '//evil/share/x', '/\\evil\\share\\x', '\\/evil/share/x'])
      assert.equal(leadsElsewhere(path), true, path);
    for (const path of ['/work/a.ts', '/', 'C:\\work\\a.ts', 'C:/work//a.ts', 'src/a.ts', '\\work\\a.ts', ''])
      assert.equal(leadsElsewhere(path), false, path);
  });
});
