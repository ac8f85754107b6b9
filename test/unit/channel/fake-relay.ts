/** A relay as a device's sockets see it, moved by hand; the host's end of a channel is a frame link. */
import type { WebSocketPort } from '../../../src/channel/relay-socket.ts';
import type { FrameLink } from '../../../src/channel/link.ts';
import { deviceToRelay, type DeviceToRelay, type RelayToDevice } from '../../../src/protocol/envelope.ts';
import { linkPair, type TestLink } from '../../support/link-pair.ts';

type Handler = ((event: never) => void) | null;

export class FakeSocket implements WebSocketPort {
  readonly url: string;
  binaryType = 'blob';
  bufferedAmount = 0;
  onopen: Handler = null;
  onmessage: Handler = null;
  onclose: Handler = null;
  onerror: Handler = null;
  /** Control frames that the device sent. */
  readonly controls: DeviceToRelay[] = [];
  /** Whether the device closed it. */
  closed = false;
  #channel: TestLink | undefined;

  constructor(url: string) {
    this.url = url;
  }

  send(data: string | Uint8Array): void {
    if (typeof data === 'string') this.controls.push(deviceToRelay.parse(JSON.parse(data)));
    else this.#channel?.send(data);
  }

  close(): void {
    this.closed = true;
    // Frames that were sent before still pass, as over TCP.
    this.#channel?.close();
  }

  accept(): void {
    this.onopen?.({} as never);
  }

  say(control: RelayToDevice): void {
    if (control.t === 'away') this.#leave();
    this.raw(JSON.stringify(control));
  }

  raw(data: unknown): void {
    this.onmessage?.({ data } as never);
  }

  /** Opens a channel and returns the host's end. */
  open(): TestLink {
    this.#leave();
    const [relay, host] = linkPair();
    this.#channel = relay;
    relay.onFrame((frame) => this.raw(frame.slice().buffer));
    relay.onClose(() => {
      if (this.#channel !== relay || this.closed) return;
      this.#channel = undefined;
      this.say({ t: 'ended' });
    });
    this.say({ t: 'open' });
    return host;
  }

  /** The connection ends with a close code; 1006 for a lost network. */
  end(code = 1006): void {
    this.#leave();
    this.closed = true;
    this.onerror?.({} as never);
    this.onclose?.({ code } as never);
  }

  #leave(): void {
    const channel = this.#channel;
    this.#channel = undefined;
    channel?.close();
  }
}

export class FakeRelay {
  readonly sockets: FakeSocket[] = [];
  readonly openWebSocket = (url: string): FakeSocket => {
    const socket = new FakeSocket(url);
    this.sockets.push(socket);
    return socket;
  };

  get last(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error('no socket yet');
    return socket;
  }

  /** Accepts the newest socket and opens a channel on it. */
  connect(): FrameLink {
    this.last.accept();
    return this.last.open();
  }
}
