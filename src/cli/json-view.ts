/** `--json`: one object a line on stdout; lines `invite`, `y`, `n` and `quit` on stdin. */
import { createInterface } from 'node:readline';
import { DisposableStore } from '../base/disposable.ts';
import { asOffdeskError } from '../base/error.ts';
import type { RemoteHost } from '../host/api.ts';
import type { HostStatus } from '../protocol/host-status.ts';
import type { View } from './view.ts';

export function jsonView(): View {
  return new JsonView();
}

class JsonView implements View {
  readonly #store = new DisposableStore();
  readonly #lines = createInterface({ input: process.stdin });
  #quit: () => void = () => {};
  #host: RemoteHost | undefined;
  #before: HostStatus | undefined;
  #ready = false;
  #shownInvite = '';

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
    this.#error(error);
  }

  close(): void {
    this.#store.dispose();
    this.#lines.close();
    process.stdin.destroy();
  }

  #print(value: { event: string } & Record<string, unknown>): void {
    process.stdout.write(`${JSON.stringify(value)}\n`);
  }

  #error(error: unknown): void {
    const { code, message, next } = asOffdeskError(error).toShape();
    this.#print({ event: 'error', code, message, next });
  }

  async #line(line: string): Promise<void> {
    const host = this.#host!;
    try {
      if (line === 'invite') await host.createInvite();
      else if (line === 'quit') this.#quit();
      else if (line === 'y' || line === 'n') {
        const [pairing] = host.status.pairings;
        if (pairing) await host.decidePairing(pairing.id, line === 'y');
      } else if (line.startsWith('y ')) {
        const [pairing] = host.status.pairings;
        const scope = line.slice(2);
        if (pairing && (scope === 'view' || scope === 'answer' || scope === 'control')) {
          await host.decidePairing(pairing.id, true, scope);
        }
      } else if (line.startsWith('revoke ')) {
        await host.changeDevice(line.slice('revoke '.length), { revoke: true });
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
    for (const { id, device, code, scope } of status.pairings) {
      if (before?.pairings.some((pairing) => pairing.id === id)) continue;
      this.#print({ event: 'pairing', device, code, scope });
    }
    this.#devices(before?.devices ?? [], status.devices);
    if (status.state === 'reconnecting' && before?.state === 'on')
      this.#print({ event: 'disconnected', what: 'relay' });
    const { error } = status;
    if (error && (error.code !== before?.error?.code || error.message !== before.error.message)) {
      this.#print({ event: 'error', ...error });
    }
  }

  #devices(before: HostStatus['devices'], now: HostStatus['devices']): void {
    for (const device of now) {
      const known = before.find((other) => other.id === device.id);
      if (!known || known.pairedAt !== device.pairedAt) {
        if (this.#before && Date.now() - device.pairedAt < 60_000) {
          this.#print({ event: 'paired', device: device.name, id: device.id, scope: device.scope });
        }
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
