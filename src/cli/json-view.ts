/** `--json`: one object a line on stdout; lines `invite`, `y`, `n`, `revoke` and `quit` on stdin. */
import { createInterface } from 'node:readline';
import { DisposableStore } from '../base/disposable.ts';
import { asOffdeskError, OffdeskError } from '../base/error.ts';
import { jsonLine } from '../base/plain-text.ts';
import type { RemoteHost } from '../host/api.ts';
import type { HostStatus } from '../protocol/host-status.ts';
import type { Scope } from '../protocol/methods.ts';
import { AskedPairing } from './asked-pairing.ts';
import type { View } from './view.ts';

const scopes: readonly Scope[] = ['view', 'answer', 'control'];

export function jsonView(): View {
  return new JsonView();
}

class JsonView implements View {
  readonly #store = new DisposableStore();
  readonly #lines = createInterface({ input: process.stdin });
  #quit: () => void = () => {};
  #host: RemoteHost | undefined;
  #before: HostStatus | undefined;
  readonly #asked = new AskedPairing();
  #ready = false;
  #shownInvite = '';
  /** The status' error now, and the last one it had. */
  #shownError = '';
  #lastError = '';
  readonly #since = Date.now();

  attach(host: RemoteHost): void {
    this.#host = host;
    this.#store.add(host.onStatus((status) => this.#status(status)));
    this.#store.add(host.onActivity((text) => this.#print({ event: 'activity', text })));
    this.#lines.on('line', (line) => void this.#line(line.trim()));
  }

  onQuit(call: () => void): void {
    this.#quit = call;
  }

  failed(error: unknown): void {
    // What ends the program was mostly said as its status before.
    if (JSON.stringify(asOffdeskError(error).toShape()) !== this.#lastError) this.#error(error);
  }

  close(): void {
    this.#store.dispose();
    this.#lines.close();
    process.stdin.destroy();
  }

  #print(value: { event: string } & Record<string, unknown>): void {
    process.stdout.write(`${jsonLine(value)}\n`);
  }

  #error(error: unknown): void {
    this.#print({ event: 'error', ...asOffdeskError(error).toShape() });
  }

  async #line(line: string): Promise<void> {
    const host = this.#host!;
    try {
      const [verb = '', argument = '', ...more] = line.split(/\s+/);
      if (more.length > 0) throw unknownLine();
      switch (verb) {
        case '':
          return;
        case 'invite':
          return await host.createInvite();
        case 'quit':
          return this.#quit();
        case 'y':
        case 'n': {
          const scope = scopes.find((known) => known === argument);
          if (argument !== '' && scope === undefined) throw unknownLine();
          // With nobody waiting it is the desk that says so.
          return await host.decidePairing(this.#asked.id, verb === 'y', scope);
        }
        case 'revoke':
          return await host.changeDevice(argument, { revoke: true });
        default:
          throw unknownLine();
      }
    } catch (error) {
      this.#error(error);
    }
  }

  #status(status: HostStatus): void {
    const before = this.#before;
    this.#before = status;
    if (status.state !== before?.state) this.#print({ event: 'status', state: status.state });
    if (status.invite && status.invite.url !== this.#shownInvite) {
      this.#shownInvite = status.invite.url;
      const expires = new Date(status.invite.expiresAt).toISOString();
      this.#print({
        event: this.#ready ? 'invite' : 'ready',
        url: status.invite.url,
        expires,
        reach: status.reach,
      });
      this.#ready = true;
    }
    this.#tunnel(before, status);
    const asked = this.#asked.next(status);
    if (asked) {
      const { device, code, scope } = asked;
      this.#print({ event: 'pairing', device, code, scope });
    }
    this.#devices(before?.devices ?? [], status.devices);
    if (status.state === 'reconnecting' && before?.state === 'on')
      this.#print({ event: 'disconnected', what: 'relay' });
    const error = status.error ? JSON.stringify(status.error) : '';
    if (status.error && error !== this.#shownError) {
      this.#lastError = error;
      this.#print({ event: 'error', ...status.error });
    }
    this.#shownError = error;
    for (const { id, severity, code, message } of status.notices) {
      if (before?.notices.some((notice) => notice.id === id)) continue;
      this.#print({ event: 'notice', severity, code, message });
    }
  }

  #tunnel(before: HostStatus | undefined, { tunnel }: HostStatus): void {
    if (!tunnel || (before?.tunnel?.state === tunnel.state && before.tunnel.url === tunnel.url)) return;
    const { program, state, url, error } = tunnel;
    this.#print({ event: 'tunnel', program, state, ...(url ? { url } : {}), ...(error ? { error } : {}) });
  }

  #devices(before: HostStatus['devices'], now: HostStatus['devices']): void {
    for (const device of now) {
      const known = before.find((other) => other.id === device.id);
      if (!known || known.pairedAt !== device.pairedAt) {
        if (device.pairedAt >= this.#since)
          this.#print({ event: 'paired', device: device.name, id: device.id, scope: device.scope });
      }
      if (device.online && !known?.online)
        this.#print({ event: 'connected', device: device.name, id: device.id });
      if (!device.online && known?.online) {
        this.#print({ event: 'disconnected', what: 'device', device: device.name, id: device.id });
      }
    }
    for (const device of before) {
      if (now.some((other) => other.id === device.id) || !device.online) continue;
      this.#print({ event: 'disconnected', what: 'device', device: device.name, id: device.id });
    }
  }
}

function unknownLine(): OffdeskError {
  return new OffdeskError(
    'invalid_params',
    'This line is not understood.',
    'Send one of: invite, y, y view, y answer, y control, n, revoke ID, quit.',
  );
}
