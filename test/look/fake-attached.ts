/** Attachments for the eye: a conversation with some, and a message being written with one of each state. */
import type { Fact } from '../../src/protocol/facts.ts';
import { attachmentLink } from '../../src/protocol/attachment-link.ts';
import type { AttachmentPut } from '../../src/protocol/attachments.ts';
import { methods } from '../../src/protocol/methods.ts';
import type { HostClient } from '../../src/web/client/host-client.ts';
import { phone, Script } from './facts.script.ts';

const id = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;

export function attachedFacts(): Fact[] {
  const prompt = [
    { type: 'text', text: 'The button sits too low on this page, see the photo.' },
    attachmentLink({ id: id(1), name: 'Login page.jpg', type: 'image/jpeg', bytes: 412_000 }),
    attachmentLink({
      ...{ id: id(2), name: 'Requirements for the whole of the login, second draft.pdf' },
      ...{ type: 'application/pdf', bytes: 2_300_000 },
    }),
  ];
  const script = new Script().ready().event({ type: 'prompt_received', id: 'p1', prompt }, phone);
  script.event({ type: 'turn_started', id: 'p1' }, phone);
  return script.say('I see it: the margin above **Log in** is twice what it should be.').done('p1').facts;
}

/** Of an `_offdesk/attachment/…` request; null where it is never answered, undefined for others. */
export function attachedAnswer(method: string, params: object): object | null | undefined {
  switch (method) {
    case methods.attachment.put: {
      const { bytes, name } = params as AttachmentPut;
      return { have: name === 'Whole.jpg' ? bytes : Math.floor(0.4 * bytes) };
    }
    case methods.attachment.piece:
      return null;
    case methods.attachment.read:
      return { data: drawn(240).split(',')[1], bytes: 412_000, type: 'image/jpeg', name: 'Login page.jpg' };
    default:
      return undefined;
  }
}

/** What goes with the message being written: all there, on its way, and one that can't be read. */
export function attach(host: HostClient): void {
  const { uploads } = host.session('s1');
  void Promise.all([uploads.load(), blobOf(drawn(900))]).then(([now, photo]) =>
    now.add([
      { blob: photo, name: 'Whole.jpg' },
      { blob: new Blob([new Uint8Array(8_400_000)], { type: 'video/mp4' }), name: 'Screen recording.mp4' },
      { blob: new Blob(['no'], { type: 'image/heic' }), name: 'IMG_2041.HEIC' },
    ]),
  );
}

function blobOf(address: string): Promise<Blob> {
  const bytes = Uint8Array.from(atob(address.split(',')[1] ?? ''), (char) => char.charCodeAt(0));
  return Promise.resolve(new Blob([bytes], { type: 'image/jpeg' }));
}

function drawn(edge: number): string {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: edge, height: edge });
  const context = canvas.getContext('2d')!;
  for (const [index, colour] of ['#9fc5e8', '#f6f7f9', '#2158d9'].entries()) {
    context.fillStyle = colour;
    context.fillRect(
      index * 0.12 * edge,
      index * 0.22 * edge,
      edge * (1 - 0.24 * index),
      edge * (0.8 - 0.3 * index),
    );
  }
  return canvas.toDataURL('image/jpeg', 0.8);
}
