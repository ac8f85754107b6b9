/** Files by @ in the terminal's conversation. */
import assert from 'node:assert/strict';
import { eventually } from '../../support/wait.ts';
import { ChatKit } from './chat-kit.ts';

const all = ['src/', 'src/a b.ts', 'src/main.ts'].map((path) => ({
  ...{ path, uri: `file:///w/${encodeURI(path)}`, matches: [] },
  kind: path.endsWith('/') ? 'folder' : 'file',
}));

describe('S12: files by @ in the terminal', () => {
  let kit: ChatKit;
  beforeEach(() => {
    kit = new ChatKit();
    const files = (query: string) => Promise.resolve(all.filter(({ path }) => path.startsWith(query)));
    Object.assign(kit.chat, { files });
  });
  const shows = (pattern: RegExp) => eventually(() => pattern.test(kit.shown()), { what: String(pattern) });

  it('S12, W12: chosen by keys, gone on with in a folder, and linked by the message (C10)', async () => {
    kit.type('see @s');
    await shows(/› src\/\n +src\/a b\.ts\n +src\/main\.ts/);
    kit.keys('enter');
    await shows(/› src\/a b\.ts\n +src\/main\.ts/);
    kit.keys('tab');
    kit.type('and @src/m');
    await shows(/› src\/main\.ts/);
    kit.keys('enter', 'enter');
    const link = (path: string) => ({
      type: 'resource_link',
      name: path,
      uri: `file:///w/${encodeURI(path)}`,
    });
    const text = 'see @"src/a b.ts" and @src/main.ts';
    assert.deepEqual(kit.asked, [['prompt', text, [link('src/a b.ts'), link('src/main.ts')]]]);
  });

  it('S12: Escape closes the list, and Enter sends what is written (C10)', async () => {
    kit.type('@src/m');
    await shows(/› src\/main\.ts/);
    kit.keys('escape', 'enter');
    assert.deepEqual(kit.asked, [['prompt', '@src/m']]);
  });
});
