/** Attachments over real channels and a real relay: a cut in the middle, a prompt with its file, and who may do what. */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { attachmentLink } from '../../../src/protocol/attachment-link.ts';
import type { AttachmentContent } from '../../../src/protocol/attachments.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { methods, type Scope } from '../../../src/protocol/methods.ts';
import type { ProbeClient } from '../../support/probe-client.ts';
import { TestDevice } from '../../support/test-device.ts';
import { testHost, type TestHost } from '../../support/test-host.ts';
import { eventually } from '../../support/wait.ts';
import { hasCode } from '../../unit/session/downstream-kit.ts';

describe('attachments over a channel', function () {
  this.timeout(120_000);
  let test: TestHost;
  let session: string;
  const devices: TestDevice[] = [];

  async function paired(name: string, scope: Scope): Promise<TestDevice> {
    if (!test.host.status.invite) await test.host.createInvite();
    const invite = await eventually(() => test.host.status.invite, { what: 'an invite' });
    const device = new TestDevice();
    devices.push(device);
    const pairing = device.pair(invite.url, { name });
    const request = await eventually(() => test.host.status.pairings[0], { what: 'the request' });
    await test.host.decidePairing(request.id, true, scope);
    await pairing;
    return device;
  }

  before(async () => {
    test = await testHost();
    await test.host.start();
    session = (await eventually(() => test.host.status.session, { what: 'a session' })).id;
  });
  after(async () => {
    for (const device of devices) device.dispose();
    await test.host.stop();
    test.host.dispose();
  });

  const put = (probe: ProbeClient, id: string, bytes: number) =>
    probe.request<{ have: number }>(methods.attachment.put, {
      ...{ sessionId: session, id, name: '../odd/ön e.bin', type: 'application/octet-stream', bytes },
    });

  it('Z1, Z4, Z5: after a cut it goes on where it was; the agent gets the file, the journal the link alone', async () => {
    const content = randomBytes(3 * 1024 * 1024);
    const id = randomUUID();
    const device = await paired('Sender', 'control');
    let probe = await device.connect();
    let { have } = await put(probe, id, content.length);
    assert.equal(have, 0);
    const piece = (at: number) =>
      probe.request<{ have: number }>(methods.attachment.piece, {
        ...{ sessionId: session, id, at },
        data: content.subarray(at, at + limits.attachmentPieceBytes).toString('base64'),
      });
    const prompt = { sessionId: session, prompt: [{ type: 'text', text: 'look' }, link(id, content.length)] };
    const send = () =>
      probe.request('session/prompt', { ...prompt, _meta: { offdesk: { id: 'prompt-with-a-file' } } });
    while (have < content.length / 2) have = (await piece(have)).have;
    await assert.rejects(send(), hasCode('attachment_unknown'));
    // What was on its way when the line went may be there or not.
    piece(have).catch(() => undefined);
    device.dispose();
    device.probe = undefined;
    probe = await device.connect();
    const again = await put(probe, id, content.length);
    assert.ok(again.have === have || again.have === have + limits.attachmentPieceBytes);
    ({ have } = again);
    while (have < content.length) {
      // Several at once, as a page sends them.
      const next = [0, 1, 2]
        .map((n) => have + n * limits.attachmentPieceBytes)
        .filter((at) => at < content.length);
      const told = await Promise.all(next.map(piece));
      have = Math.max(...told.map((one) => one.have));
    }
    await probe.resume(session, { tail: 10 });
    await send();
    const said = await eventually(
      () => {
        const all = probe.facts
          .map(({ update }) => String((update['content'] as { text?: string })?.text ?? ''))
          .join('');
        return /\[resource_link\]\((.*?)\)\((file:.*?)\)/.exec(all);
      },
      { what: 'what the agent got' },
    );
    assert.equal(said[1], 'ön e.bin');
    assert.ok(readFileSync(fileURLToPath(said[2] ?? '')).equals(content));
    const journaled = JSON.stringify(probe.facts);
    assert.ok(journaled.includes(`offdesk-attachment:${id}`));
    assert.ok(journaled.length < 100_000);
  });

  it('Z7: who may only read reads it, and sends nothing', async () => {
    const sender = devices[0]?.probe;
    assert.ok(sender);
    const id = randomUUID();
    const content = randomBytes(limits.attachmentPieceBytes);
    await put(sender, id, content.length);
    await sender.request(methods.attachment.piece, {
      ...{ sessionId: session, id, at: 0, data: content.toString('base64') },
    });
    const reader = await (await paired('Reader', 'view')).connect();
    const read = await reader.request<AttachmentContent>(methods.attachment.read, {
      sessionId: session,
      id,
      at: 0,
    });
    assert.ok(Buffer.from(read.data, 'base64').equals(content));
    await assert.rejects(put(reader, randomUUID(), 1), hasCode('scope_insufficient'));
    await assert.rejects(
      reader.request(methods.attachment.drop, { sessionId: session, id }),
      hasCode('scope_insufficient'),
    );
    await assert.rejects(
      sender.request('session/prompt', {
        sessionId: session,
        prompt: [{ type: 'resource_link', name: 'x', uri: 'offdesk-attachment:../../identity.json' }],
      }),
      hasCode('invalid_params'),
    );
  });
});

const link = (id: string, bytes: number) =>
  attachmentLink({ id, name: 'ön e.bin', type: 'application/octet-stream', bytes });
