/** Ten thousand malformed, oversized, unauthenticated and misaddressed things, at a relay in a process of its own. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { closeNameOf } from '../../../src/protocol/envelope.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { Bench, hostFrame, makeIdentity, randomId, until, type Identity } from './kit.ts';

const total = 10_000;
const lanes = 16;
/** Resident memory may grow by this much; measured at about half. */
const growthMost = 96 * 1024 * 1024;
/** The same attack in every run, as far as sixteen lanes at once can be: for others set FUZZ_SEED. */
const usualSeed = 20_261_121;
/** Far more than any end takes: only so that a hang is filed and named. */
const hangMs = 30_000;
const status = /^HTTP\/1\.1 (\d{3}) /;

interface Random {
  int(below: number): number;
  pick<T>(items: readonly T[]): T;
  bytes(length: number): Buffer;
}

/** mulberry32: small, seeded, good enough to vary. */
function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (below: number) => Math.floor(next() * below);
  return {
    int,
    pick: (items) => items[int(items.length)]!,
    bytes: (length) => Buffer.from(Array.from({ length }, () => int(256))),
  };
}

describe('relay: fuzz', function () {
  this.timeout(240_000);
  const bench = new Bench();
  afterEach(() => bench.end());

  it(`R18: ${total} bad frames and requests get a typed end, cost bounded memory, and the relay serves on`, async () => {
    const seed = Number(process.env['FUZZ_SEED'] ?? usualSeed);
    console.log(`      seed ${seed} (FUZZ_SEED=${seed} repeats it)`);
    const random = seeded(seed);
    const identity = await makeIdentity();
    const relay = await spawnRelay(bench);
    const attack = new Attack(relay, identity, random, await identity.ticket(600));
    await exchange(bench, relay, identity);
    // A first round warms code and heap, so that growth is what the attack costs.
    for (let i = 0; i < 500; i += lanes)
      await Promise.all(Array.from({ length: lanes }, () => attack.next()));
    const before = residentBytes(relay.pid);
    let most = before;
    const start = Date.now();
    for (let done = 0; done < total; done += lanes) {
      await Promise.all(Array.from({ length: Math.min(lanes, total - done) }, () => attack.next()));
      if (done % (50 * lanes) === 0) most = Math.max(most, residentBytes(relay.pid));
    }
    most = Math.max(most, residentBytes(relay.pid));
    const mebi = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
    console.log(
      `      ${total} in ${Date.now() - start} ms; memory ${mebi(before)} → ${mebi(most)} MiB; ` +
        [...attack.outcomes].map(([outcome, count]) => `${outcome} ${count}`).join(', '),
    );
    assert.deepEqual(attack.untyped, []);
    assert.ok(most - before < growthMost, `memory grew by ${mebi(most - before)} MiB`);
    await exchange(bench, relay, identity);
    assert.equal(relay.exited, undefined);
  });
});

interface SpawnedRelay {
  url: string;
  port: number;
  pid: number;
  readonly exited: number | null | undefined;
}

/** In its own process, so that its memory is its own. */
async function spawnRelay(bench: Bench): Promise<SpawnedRelay> {
  const program = new URL('./fuzzed-relay.ts', import.meta.url);
  const child = spawn(process.execPath, ['--import', 'tsx', program.pathname], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let exited: number | null | undefined;
  const gone = new Promise<void>((resolve) =>
    child.once('exit', (code) => {
      exited = code;
      resolve();
    }),
  );
  bench.onEnd(async () => {
    child.kill('SIGKILL');
    await gone;
  });
  const lines = createInterface({ input: child.stdout });
  const port = await new Promise<number>((resolve, reject) => {
    lines.once('line', (line) => resolve(Number(line)));
    void gone.then(() => reject(new Error('the relay did not start')));
  });
  return {
    url: `http://127.0.0.1:${port}/`,
    port,
    pid: child.pid ?? 0,
    get exited() {
      return exited;
    },
  };
}

function residentBytes(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1]) * 1024;
}

/** A normal host and a normal device, as proof that the relay still serves. */
async function exchange(bench: Bench, relay: SpawnedRelay, identity: Identity): Promise<void> {
  const host = await bench.host(relay, identity);
  const slot = randomId();
  host.send({ t: 'slot', id: slot, ms: 60_000 });
  for (const by of [{ ticket: await identity.ticket(600) }, { slot }]) {
    const device = await bench.device(relay, identity.hostId, by);
    await device.take('open');
    const payload = randomBytes(60_000);
    device.send(payload);
    // A last attacker's end may reach the relay after this host did, which then hears of that channel, too.
    const isEcho = (frame: Buffer) => frame.subarray(-payload.length).equals(payload);
    await until('what the device sent', () => host.frames.some(isEcho));
    const frame = host.frames.find(isEcho)!;
    assert.equal(frame.length, hostFrame(randomId(), payload).length);
    host.send(frame);
    assert.ok((await device.frame()).equals(payload));
    await device.close();
  }
  assert.equal((await fetch(`${relay.url}healthz`)).status, 200);
  await host.close();
}

/** Each `next` does one bad thing on a fresh connection and files how the relay took it. */
class Attack {
  readonly outcomes = new Map<string, number>();
  /** What got no typed end, by its description. */
  readonly untyped: string[] = [];
  #relay: SpawnedRelay;
  #identity: Identity;
  #random: Random;
  #ticket: string;
  #kinds: readonly (() => Promise<[string, string | undefined]>)[];

  constructor(relay: SpawnedRelay, identity: Identity, random: Random, ticket: string) {
    this.#relay = relay;
    this.#identity = identity;
    this.#random = random;
    this.#ticket = ticket;
    this.#kinds = [
      () => this.#http(),
      () => this.#http(),
      () => this.#stranger(),
      () => this.#stranger(),
      () => this.#stranger(),
      () => this.#framing(),
      () => this.#joined(),
      () => this.#admitted(),
    ];
  }

  async next(): Promise<void> {
    const [what, outcome] = await this.#random.pick(this.#kinds)();
    const filed = outcome ?? 'untyped';
    this.outcomes.set(filed, (this.outcomes.get(filed) ?? 0) + 1);
    if (outcome === undefined && this.untyped.length < 20) this.untyped.push(what);
  }

  /** A request line, headers and bytes that are each a little or very wrong. */
  async #http(): Promise<[string, string | undefined]> {
    const { pick, bytes, int } = this.#random;
    const path = pick([
      ...[
        '/',
        '/x',
        '/../../etc/passwd',
        '/%00',
        '/v1/host',
        '/v1/device',
        '/v1',
        '*',
        'http://evil.test/',
        '',
      ],
      `/${'a'.repeat(int(4_000))}`,
      `/${bytes(int(40))
        .toString('latin1')
        .replaceAll(/[\r\n]/g, '')}`,
    ]);
    const method = pick(['GET', 'POST', 'PUT', 'CONNECT', 'OPTIONS', 'TRACE', 'BREW', 'get', '']);
    const version = pick(['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/9.9', 'HTTP', '']);
    const headers = [
      pick(['Host: x', 'Host: x', 'Host: a b', 'Host: x\r\nHost: y', `Host: ${'h'.repeat(300)}`, '']),
      pick([
        ...[
          '',
          'Content-Length: 9',
          'Content-Length: -1',
          'Content-Length: 99999999999999',
          'Expect: nothing',
        ],
        ...[
          'Transfer-Encoding: chunked',
          'Transfer-Encoding: gzip\r\nContent-Length: 4',
          'no colon',
          ': empty',
        ],
        `X: ${'y'.repeat(int(40_000))}`,
      ]),
      pick(['', 'Connection: Upgrade\r\nUpgrade: websocket', 'Connection: Upgrade\r\nUpgrade: h2c']),
      pick(['', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Version: 7']),
      pick(['', 'Sec-WebSocket-Key: x', `Sec-WebSocket-Key: ${'A'.repeat(5_000)}`]),
      'Connection: close',
    ].filter((line) => line !== '');
    const body = pick([
      Buffer.alloc(0),
      bytes(int(200)),
      Buffer.from('zzz\r\n\r\n'),
      Buffer.alloc(20_000, 65),
    ]);
    const head = `${[method, path, version].join(' ')}\r\n${headers.join('\r\n')}\r\n\r\n`;
    const answer = await this.#raw(Buffer.concat([Buffer.from(head, 'latin1'), body]));
    return [`http ${head.slice(0, 120)}`, status.exec(answer)?.[1]];
  }

  /** The first frame of somebody who has no business here. */
  async #stranger(): Promise<[string, string | undefined]> {
    const { pick, bytes, int } = this.#random;
    const id = randomId.bind(undefined);
    const path = pick(['v1/host', 'v1/device']);
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    const frame = pick<string | Buffer>([
      bytes(int(300)),
      Buffer.alloc(int(limits.relayFrameBytes)),
      Buffer.alloc(limits.relayFrameBytes + int(200_000)),
      hostFrame(id(), bytes(int(50))),
      bytes(int(300)).toString('latin1'),
      'x'.repeat(limits.relayControlBytes + int(50_000)),
      nested(int(4_000)),
      ...[
        '',
        'null',
        '[]',
        '{}',
        '{"t":1}',
        '{"t":"open"}',
        '{"t":"__proto__"}',
        '{"__proto__":{"t":"join"}}',
      ],
      JSON.stringify({ t: 'join', v: 1, host: id(32), ticket: bytes(int(900)).toString('hex') }),
      JSON.stringify({ t: 'join', v: 1, host: id(32), slot: id() }),
      JSON.stringify({ t: 'join', v: 1, host: this.#identity.hostId, ticket: `${this.#ticket}x` }),
      JSON.stringify({ t: 'join', v: 1, host: id(32), ticket: this.#ticket }),
      JSON.stringify({ t: 'join', v: int(9), host: id(int(60)) }),
      JSON.stringify({ t: 'admit', v: 1, proof: pick([this.#ticket, 'a.b.c', '', 'x'.repeat(5_000)]) }),
      JSON.stringify({ t: 'admit', v: 2, proof: '' }),
      JSON.stringify({ t: 'slot', id: id(), ms: int(10 ** 9) - 10 }),
      JSON.stringify({ t: 'drop', channel: id() }),
    ]);
    const socket = this.#socket(path);
    await socket.opened;
    socket.ws.send(frame);
    return [`stranger ${path} ${frame.toString('latin1').slice(0, 80)}`, await socket.ended];
  }

  /** Bytes after the upgrade that are no WebSocket frames, or no allowed ones. */
  async #framing(): Promise<[string, string | undefined]> {
    const { pick, bytes, int } = this.#random;
    const upgrade =
      `GET /${pick(['v1/host', 'v1/device'])} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n` +
      `Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`;
    const [what, frames] = pick<[string, Buffer]>([
      ['unmasked', Buffer.of(0x82, 1, 7)],
      ['reserved bits', Buffer.of(0x82 | pick([0x10, 0x20, 0x40]), 0x81, 0, 0, 0, 0, 7)],
      ['opcode', Buffer.of(0x80 | pick([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]), 0x80, 0, 0, 0, 0)],
      ['huge', Buffer.from([0x82, 0xff, 0, 0, 0, int(256), 255, 255, 255, 255, 0, 0, 0, 0])],
      ['too huge', Buffer.from([0x82, 0xff, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0])],
      ['long ping', Buffer.from([0x89, 0xfe, 1, 0, 0, 0, 0, 0, ...bytes(256)])],
      ['fragmented ping', Buffer.of(0x09, 0x80, 0, 0, 0, 0)],
      ['continuation of nothing', Buffer.of(0x80, 0x81, 0, 0, 0, 0, 1)],
      ['text within text', Buffer.of(0x01, 0x80, 0, 0, 0, 0, 0x01, 0x80, 0, 0, 0, 0)],
      ['no UTF-8', Buffer.of(0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe)],
      ['close code', Buffer.of(0x88, 0x82, 0, 0, 0, 0, 0, int(200))],
      ['short close', Buffer.of(0x88, 0x81, 0, 0, 0, 0, 3)],
      [
        'fragments',
        Buffer.concat(
          Array(1_200)
            .fill(Buffer.of(0, 0x80, 0, 0, 0, 0))
            .with(0, Buffer.of(2, 0x80, 0, 0, 0, 0)),
        ),
      ],
      ['pings', Buffer.concat(Array(500).fill(Buffer.of(0x89, 0x80, 0, 0, 0, 0)))],
    ]);
    const answer = await this.#raw(Buffer.concat([Buffer.from(upgrade), frames]), true);
    return [`framing ${what}`, closeOf(answer)];
  }

  /** A device with a valid ticket that then misbehaves; its host is not there. */
  async #joined(): Promise<[string, string | undefined]> {
    const { pick, bytes, int } = this.#random;
    const socket = this.#socket('v1/device');
    await socket.opened;
    const join = JSON.stringify({ t: 'join', v: 1, host: this.#identity.hostId, ticket: this.#ticket });
    socket.ws.send(join);
    const frames = pick<(string | Buffer)[]>([
      [join],
      [bytes(int(50)).toString('hex')],
      ['x'.repeat(limits.relayControlBytes + 1)],
      [Buffer.alloc(limits.relayFrameBytes + 1)],
      [Buffer.alloc(0)],
      Array<string>(400).fill('{"t":"ping"}'),
      [JSON.stringify({ t: 'drop', channel: randomId() })],
    ]);
    for (const frame of frames) socket.ws.send(frame);
    // Pings that come in pieces are no flood: they are answered, slowly.
    const outcome = await Promise.race([socket.ended, socket.pong]);
    socket.ws.terminate();
    return [`joined ${String(frames[0]).slice(0, 80)}`, outcome];
  }

  /** A host that is admitted, under an identity of its own, and then misbehaves. */
  async #admitted(): Promise<[string, string | undefined]> {
    const { pick, bytes, int } = this.#random;
    const identity = await spareIdentity(int(8));
    const socket = this.#socket('v1/host');
    const nonce = await socket.nonce;
    const proof = await identity.sign(nonce, new URL(this.#relay.url).origin);
    const admit = JSON.stringify({ t: 'admit', v: 1, proof });
    socket.ws.send(admit);
    await socket.admitted;
    const stray = randomId();
    const frames = pick<(string | Buffer)[]>([
      [admit],
      [bytes(int(60)).toString('latin1')],
      [Buffer.concat([Buffer.of(1 + int(255)), bytes(int(60))])],
      [Buffer.concat([Buffer.of(0), bytes(int(16))])],
      [Buffer.alloc(limits.relayFrameBytes + 100)],
      ['x'.repeat(limits.relayControlBytes + 1)],
      Array.from({ length: 9 }, () => JSON.stringify({ t: 'slot', id: randomId(), ms: 1_000 })),
      [JSON.stringify({ t: 'slot', id: randomId(), ms: 10 ** 9 })],
      // Misaddressed: answered `closed`, which is its typed end.
      [hostFrame(stray, bytes(1 + int(60)))],
      [JSON.stringify({ t: 'drop', channel: stray })],
    ]);
    for (const frame of frames) socket.ws.send(frame);
    const answered = await Promise.race([socket.ended, socket.closedChannel]);
    socket.ws.terminate();
    return [`admitted ${String(frames[0]).slice(0, 80)}`, answered];
  }

  #socket(path: string) {
    const ws = new WebSocket(`${this.#relay.url.replace('http', 'ws')}${path}`, { perMessageDeflate: false });
    const said = (type: string) =>
      new Promise<Record<string, string>>((resolve) => {
        ws.on('message', (data: Buffer, isBinary) => {
          const message = isBinary ? {} : (JSON.parse(data.toString()) as Record<string, string>);
          if (message['t'] === type) resolve(message);
        });
      });
    const ended = new Promise<string | undefined>((resolve) => {
      const late = setTimeout(() => resolve(undefined), hangMs);
      ws.on('close', (code) => {
        clearTimeout(late);
        resolve(closeNameOf(code) ?? ([1002, 1007, 1008, 1009].includes(code) ? String(code) : undefined));
      });
    });
    ws.on('error', () => {});
    return {
      ws,
      opened: new Promise((resolve) => ws.once('open', resolve).once('close', resolve)),
      ended,
      nonce: said('challenge').then(({ nonce }) => nonce!),
      admitted: said('admitted'),
      pong: said('pong').then(() => 'pong'),
      closedChannel: said('closed').then(() => 'closed'),
    };
  }

  /** Sends bytes and returns all that comes back, until the relay ends or its close frame has come. */
  #raw(bytes: Buffer, untilClose = false): Promise<string> {
    return new Promise((resolve) => {
      let answer = '';
      const socket = connect(this.#relay.port, '127.0.0.1', () => {
        socket.write(bytes);
        // What is cut short must not wait for its rest.
        if (!untilClose) socket.end();
      });
      const late = setTimeout(() => socket.destroy(), hangMs);
      socket.on('data', (data: Buffer) => {
        answer += data.toString('latin1');
        if (untilClose && closeOf(answer)) socket.destroy();
      });
      socket.on('error', () => {});
      socket.on('close', () => {
        clearTimeout(late);
        resolve(answer);
      });
    });
  }
}

/** The code of the close frame at the end of an upgraded connection's bytes. */
function closeOf(answer: string): string | undefined {
  const frames = Buffer.from(answer.slice(answer.indexOf('\r\n\r\n') + 4), 'latin1');
  for (let at = 0; at + 2 <= frames.length;) {
    const length = frames[at + 1]!;
    // The relay's own frames are short here; longer ones would carry their length in the next bytes.
    if (frames[at] === 0x88 && length >= 2 && at + 4 <= frames.length) {
      const code = frames.readUInt16BE(at + 2);
      return closeNameOf(code) ?? String(code);
    }
    at += 2 + length;
  }
  return undefined;
}

const spares: Promise<Identity>[] = [];
function spareIdentity(index: number): Promise<Identity> {
  return (spares[index] ??= makeIdentity());
}
