/** MCP servers of a folder: read as VS Code writes them, asked about, remembered by their content. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { takenBy, withoutLocal, type McpServer } from '../../../src/agent/mcp-supply.ts';
import { systemClock, type Clock } from '../../../src/base/clock.ts';
import { parseJsonc } from '../../../src/host/mcp/jsonc.ts';
import type { DecidedPorts, McpListing, McpSource, McpWord } from '../../../src/host/mcp/mcp-ports.ts';
import { variablesIn } from '../../../src/host/mcp/mcp-server.ts';
import { McpServers } from '../../../src/host/mcp/mcp-servers.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';
import { eventually } from '../../support/wait.ts';

const secret = 'hunter2-of-the-vault';

/** A folder with its servers, a desk that answers as it is told, and all that was said. */
class Kit {
  readonly root = tempFolder('od-mcp');
  readonly cwd = join(this.root, 'shed');
  readonly notices: { message: string; code: string }[] = [];
  readonly lines: string[] = [];
  readonly logged: string[] = [];
  readonly asked: { servers: McpListing[]; waits: boolean }[] = [];
  readonly clock = new FakeClock(0);
  word: McpWord | Promise<McpWord> = 'allow';
  more: McpSource[] = [];

  constructor() {
    mkdirSync(join(this.cwd, '.vscode'), { recursive: true });
  }

  file(content: unknown): void {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    writeFileSync(join(this.cwd, '.vscode', 'mcp.json'), text);
  }

  /** As after a restart of the host. */
  servers(decided?: DecidedPorts, clock: Clock = systemClock): McpServers {
    return new McpServers({
      ports: decided ?? {
        sources: () => this.more,
        confirm: async (servers, waits) => {
          this.asked.push({ servers, waits });
          return await this.word;
        },
      },
      ...{ cwd: this.cwd, machineFolder: join(this.root, 'home'), clock },
      log: { write: (...what) => this.logged.push(JSON.stringify(what)) },
      notice: (message, code) => this.notices.push({ message, code }),
      activity: (line) => this.lines.push(line),
    });
  }

  /** All that was said and kept, for secrets that must not be in it. */
  get said(): string {
    const kept = this.asked.length > 0 && this.word !== 'later' ? [this.kept()] : [];
    return [...kept, ...this.logged, ...this.lines, JSON.stringify([this.notices, this.asked])].join('\n');
  }

  kept(): string {
    const folder = join(this.root, 'home', 'mcp');
    return readFileSync(join(folder, namesIn(folder)[0] ?? ''), 'utf8');
  }
}

function namesIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.json'));
}

const named = (servers: McpServer[]) => servers.map(({ name }) => name);
const node = { command: process.execPath, args: ['server.js'] };

describe('MCP servers of a folder', function () {
  this.timeout(60_000);
  let kit: Kit;
  beforeEach(() => (kit = new Kit()));
  afterEach(() => removeFolder(kit.root));

  it('C16, I1: a file with comments, variables and an envFile becomes what ACP names', async () => {
    writeFileSync(join(kit.cwd, '.env'), `# all\nexport KEY="${secret}" # here\nPLAIN=a b\nOVER=file\n`);
    process.env['OFFDESK_TEST_TOKEN'] = secret;
    kit.file(`{
      // what the team uses
      "inputs": [{ "id": "mode", "type": "promptString", "default": "fast" }],
      "servers": {
        "memory": { "type": "stdio", "command": "${process.execPath}", "args": ["\${workspaceFolder}/s.js", "\${userHome}", "--\${input:mode}", "a b"],
          "envFile": "\${workspaceFolder}/.env", "env": { "OVER": "\${env:OFFDESK_TEST_TOKEN}", "N": 7, "PLAIN": null, "DIR": "\${workspaceFolderBasename}" }, }, /* local */
        "far": { "type": "http", "url": "https://mcp.example.org/x", "headers": { "Authorization": "Bearer \${env:OFFDESK_TEST_TOKEN}" } },
        "old": { "type": "sse", "url": "https://mcp.example.org/sse" },
      },
    }`);
    const servers = await kit.servers().servers();
    delete process.env['OFFDESK_TEST_TOKEN'];
    assert.deepEqual(servers, [], 'nothing is passed on before somebody said yes');
    await eventually(() => kit.asked.length === 1, { what: 'the question' });
    process.env['OFFDESK_TEST_TOKEN'] = secret;
    await eventually(async () => (await kit.servers().servers()).length === 3, { what: 'the answer' });
    const [memory, far, old] = await kit.servers().servers();
    delete process.env['OFFDESK_TEST_TOKEN'];
    assert.deepEqual(memory, {
      ...{ name: 'memory', command: process.execPath },
      args: [join(kit.cwd, 's.js'), homedir(), '--fast', 'a b'],
      env: [
        { name: 'KEY', value: secret },
        { name: 'OVER', value: secret },
        { name: 'N', value: '7' },
        { name: 'DIR', value: basename(kit.cwd) },
      ],
    });
    const headers = [{ name: 'Authorization', value: `Bearer ${secret}` }];
    assert.deepEqual(far, { type: 'http', name: 'far', url: 'https://mcp.example.org/x', headers });
    assert.deepEqual(old, { type: 'sse', name: 'old', url: 'https://mcp.example.org/sse', headers: [] });
    const what = kit.asked[0]?.servers[0]?.what ?? '';
    assert.match(what, /^KEY=… OVER=… N=… DIR=… \S+ .* --fast "a b"$/);
    assert.ok(!kit.said.includes(secret), 'values of the environment and headers are said nowhere');
  });

  it('C16, I2: nothing is passed on without a yes, a yes and a no are kept, and a change asks again', async () => {
    kit.file({ servers: { one: node } });
    kit.word = 'refuse';
    await kit.servers().settle();
    assert.deepEqual(
      kit.asked.map(({ waits }) => waits),
      [true],
    );
    await kit.servers().settle();
    assert.deepEqual(await kit.servers().servers(), []);
    assert.equal(kit.asked.length, 1, 'a no is kept');
    // It can be changed.
    kit.word = 'allow';
    assert.deepEqual(await kit.servers().review(), { servers: 1, word: 'allow' });
    assert.deepEqual(named(await kit.servers().servers()), ['one']);
    assert.equal(kit.asked.length, 2, 'a yes is kept');
    // A change of anything that it does asks again, and passes nothing on meanwhile.
    for (const changed of [
      { ...node, args: ['other.js'] },
      { ...node, env: { NODE_OPTIONS: '--require ./evil.js' } },
    ]) {
      kit.file({ servers: { one: changed } });
      kit.word = 'later';
      const before: number = kit.asked.length;
      const servers = kit.servers();
      assert.deepEqual(await servers.servers(), []);
      await eventually(() => kit.asked.length === before + 1, { what: 'another question' });
      assert.equal(kit.asked.at(-1)?.waits, false, 'nobody has just started it');
      assert.deepEqual(await servers.servers(), []);
      assert.equal(kit.asked.length, before + 1, 'what was put off is not asked at each start of an agent');
    }
    // What was allowed before is still allowed.
    kit.file({ servers: { one: node } });
    assert.deepEqual(named(await kit.servers().servers()), ['one']);
  });

  it('I2: what a file decides besides the command line asks again, too', async () => {
    const file = (mode: string) => ({
      inputs: [{ id: 'x', type: 'promptString', default: mode }],
      servers: {
        one: { command: process.execPath, args: ['${input:x}'], envFile: '${workspaceFolder}/.env' },
      },
    });
    writeFileSync(join(kit.cwd, '.env'), 'A=1\n');
    kit.file(file('a'));
    await kit.servers().settle();
    assert.equal(kit.asked.length, 1);
    assert.match(kit.asked[0]?.servers[0]?.what ?? '', / a$/);
    kit.file(file('b'));
    await kit.servers().settle();
    assert.equal(kit.asked.length, 2);
    writeFileSync(join(kit.cwd, '.env'), 'A=1\nNODE_OPTIONS=--require ./evil.js\n');
    await kit.servers().settle();
    assert.equal(kit.asked.length, 3);
    await kit.servers().settle();
    assert.equal(kit.asked.length, 3);
  });

  it('I3: what cannot be passed on is told once, with its name and why', async () => {
    kit.more = [{ name: 'your setting "mcp"', value: { servers: { fine: node, key: node } } }];
    kit.file({
      inputs: [{ id: 'key', type: 'promptString', password: true, default: secret }],
      servers: {
        key: { command: 'npx', env: { KEY: '${input:key}' } },
        config: { command: '${config:python.path}' },
        elsewhere: { ...node, cwd: '/tmp' },
        boxed: { ...node, sandboxEnabled: true },
        odd: { command: 7 },
        pipe: { url: 'unix:///run/mcp.sock' },
        lost: { ...node, envFile: '/nowhere/.env' },
        long: { ...node, args: ['x'.repeat(1_000)] },
        here: { ...node, cwd: '${workspaceFolder}' },
      },
    });
    const servers = kit.servers();
    await servers.settle();
    assert.deepEqual(named(await servers.servers()), ['here', 'fine'], 'the file counts before a setting');
    await servers.servers();
    assert.deepEqual(
      kit.notices.map(({ code }) => code),
      ['settings_invalid'],
    );
    const said = kit.notices[0]?.message ?? '';
    for (const name of [
      'key needs ${input:key}',
      'config',
      'elsewhere',
      'boxed',
      'odd',
      'pipe',
      'lost',
      'long',
    ])
      assert.ok(said.includes(name), `${name} in ${said}`);
    assert.ok(!said.includes(secret));
  });

  it('I3: what may never end, or leads to another computer, is not read', async () => {
    for (const envFile of ['/dev/zero', '${workspaceFolder}', '//computer/share/.env', '\\\\computer\\share'])
      kit.more.push({ name: envFile, value: { servers: { [`one ${envFile}`]: { ...node, envFile } } } });
    kit.file({ servers: { fine: node } });
    const servers = kit.servers();
    await servers.settle();
    assert.deepEqual(named(await servers.servers()), ['fine']);
    const said = kit.notices[0]?.message ?? '';
    assert.equal(said.split('is no file').length, 3, said);
    assert.equal(said.split('on another computer').length, 3, said);
  });

  it('I4: a pipe in the place of the file holds nothing up', async function () {
    const path = join(kit.cwd, '.vscode', 'mcp.json');
    if (process.platform === 'win32') {
      console.log('skipped: Windows has no such files');
      this.skip();
    }
    execFileSync('mkfifo', [path]);
    kit.more = [{ name: 'your setting "mcp"', value: { servers: { fine: node } } }];
    const servers = kit.servers();
    await servers.settle();
    assert.deepEqual(named(await servers.servers()), ['fine']);
    assert.equal(kit.notices.at(-1)?.code, 'settings_invalid');
  });

  it('I4: a file that nobody can read is named by a typed warning, and the rest goes on', async () => {
    kit.more = [{ name: 'your setting "mcp"', value: { servers: { fine: node } } }];
    for (const broken of [`{"servers": {"a": "${secret}"`, '[]', '{"servers": []}']) {
      kit.file(broken);
      const servers = kit.servers();
      await servers.settle();
      assert.deepEqual(named(await servers.servers()), ['fine']);
      const notice = kit.notices.at(-1);
      assert.equal(notice?.code, 'settings_invalid');
      assert.ok(notice.message.includes(join(kit.cwd, '.vscode', 'mcp.json')), notice.message);
      assert.ok(!notice.message.includes(secret));
    }
  });

  it('I5: an agent gets what it has connections for, and the rest is told', async () => {
    const all: McpServer[] = [
      { name: 'local', command: '/bin/x', args: [], env: [] },
      { type: 'http', name: 'far', url: 'https://a.example', headers: [] },
      { type: 'sse', name: 'old', url: 'https://b.example', headers: [] },
    ];
    assert.deepEqual(takenBy(all, undefined), { taken: all.slice(0, 1), left: ['far', 'old'] });
    assert.deepEqual(takenBy(all, { http: true }), { taken: all.slice(0, 2), left: ['old'] });
    assert.deepEqual(takenBy(all, { http: true, sse: true }), { taken: all, left: [] });
    // One that is known to pass over those on stdio.
    const left: string[] = [];
    const supply = {
      servers: () => Promise.resolve(all),
      notTaken: (names: string[]) => left.push(...names),
    };
    assert.deepEqual(named(await withoutLocal(supply).servers()), ['far', 'old']);
    assert.deepEqual(left, ['local']);
    const servers = kit.servers();
    servers.notTaken(['far', 'old'], 'transport');
    servers.notTaken(['far', 'old'], 'transport');
    assert.equal(kit.notices.length, 1);
    assert.match(kit.notices[0]?.message ?? '', /far, old/);
  });

  it('I6: a start waits for the answer, but not for ever; a late answer counts from the next start', async () => {
    kit.file({ servers: { one: node } });
    let answer: (word: McpWord) => void = () => {};
    kit.word = new Promise((resolve) => (answer = resolve));
    const servers = kit.servers(undefined, kit.clock);
    let over = false;
    const settled = servers.settle().then(() => (over = true));
    await eventually(() => kit.asked.length === 1, { what: 'the question' });
    assert.equal(over, false);
    kit.clock.advance(2 * 60 * 1000);
    await settled;
    assert.deepEqual(await servers.servers(), []);
    assert.equal(kit.asked.length, 1, 'the open question is not asked twice');
    answer('allow');
    await eventually(async () => (await servers.servers()).length === 1, { what: 'the late answer' });
  });

  it('I7: a command line says it for its run: all servers are told, and nothing is kept', async () => {
    kit.file({ servers: { one: { ...node, env: { KEY: secret } } } });
    const decided = (passOn: boolean) => kit.servers({ sources: () => [], passOn, hint: '--mcp does' });
    const without = decided(false);
    await without.settle();
    assert.deepEqual(await without.servers(), []);
    assert.deepEqual(await without.servers(), []);
    assert.equal(kit.lines.length, 1);
    assert.match(kit.lines[0] ?? '', /one, not passed on \(--mcp does\): KEY=… /);
    assert.deepEqual(named(await decided(true).servers()), ['one']);
    assert.match(kit.lines[1] ?? '', /one, passed on: /);
    assert.deepEqual(await decided(false).servers(), []);
    assert.ok(!kit.lines.join().includes(secret));
  });

  it('I1: names and command lines cannot look like something else', async () => {
    kit.file({ servers: { 'a\u202e\nb': { command: '/bin/x', args: ['\u001b[2Jy\u202ez'] } } });
    await kit.servers().settle();
    const [one] = kit.asked[0]?.servers ?? [];
    assert.doesNotMatch(`${one?.name}${one?.what}`, /[\p{Cc}\p{Cf}]/u);
  });

  it('I1: JSON means the same with comments and commas as without', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('// c\n', '/* } " */', ' ', '/**/'), (value, extra) => {
        const text = JSON.stringify(value, undefined, 1).replaceAll('\n', `\n${extra}`);
        assert.deepEqual(parseJsonc(text), JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 300 },
    );
    const text = '\uFEFF{"a//b": "/* no */ \\" // no", /* yes */ "c": [1, 2, ], // end\n}';
    assert.deepEqual(parseJsonc(text), { 'a//b': '/* no */ " // no', c: [1, 2] });
    assert.deepEqual(parseJsonc('{"a": ",]"}'), { a: ',]' });
    assert.throws(() => parseJsonc('{"a": 1,, }'), SyntaxError);
  });

  it('I1: an envFile is read as shells read it', () => {
    const text = 'A=1\nexport B = two words \n#C=3\nD="x # y" # z\nE=\'q"q\'\nF=\nno line\nG=a#b\r\n';
    assert.deepEqual(variablesIn(text), [
      ...[
        ['A', '1'],
        ['B', 'two words'],
        ['D', 'x # y'],
        ['E', 'q"q'],
        ['F', ''],
        ['G', 'a#b'],
      ],
    ]);
  });
});
