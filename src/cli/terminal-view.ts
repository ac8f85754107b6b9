/** The desk in a terminal: link, QR code (space), a status line that stays, activity above it. */
import { createInterface } from 'node:readline';
import { DisposableStore } from '../base/disposable.ts';
import { asOffdeskError, sentenceOf } from '../base/error.ts';
import { plainLine } from '../base/plain-text.ts';
import type { RemoteHost } from '../host/api.ts';
import type { HostStatus } from '../protocol/host-status.ts';
import { AskedPairing } from './asked-pairing.ts';
import { Footer } from './footer.ts';
import { qrLines, quiet } from './qr-lines.ts';
import { sessionLines, toggleSpawn } from './session-lines.ts';
import type { View } from './view.ts';

export function terminalView(): View {
  return new TerminalView();
}

class TerminalView implements View {
  readonly #store = new DisposableStore();
  readonly #footer = new Footer(process.stdout);
  readonly #keys = process.stdin.isTTY === true;
  #quit: () => void = () => {};
  #host: RemoteHost | undefined;
  #before: HostStatus | undefined;
  readonly #asked = new AskedPairing();
  #showQr = true;

  attach(host: RemoteHost): void {
    this.#host = host;
    this.#store.add(host.onStatus((status) => this.#status(status)));
    this.#store.add(host.onActivity((text) => this.#footer.print(text)));
    this.#listen();
    process.stdout.on('resize', this.#draw);
    this.#store.add({ dispose: () => process.stdout.off('resize', this.#draw) });
  }

  onQuit(call: () => void): void {
    this.#quit = call;
  }

  failed(): void {
    this.#footer.clear();
  }

  close(): void {
    this.#store.dispose();
    this.#footer.clear();
    if (this.#keys) process.stdin.setRawMode(false);
    process.stdin.destroy();
  }

  #listen(): void {
    if (this.#keys) {
      process.stdin.setRawMode(true);
      process.stdin.setEncoding('utf8').on('data', (keys: string) => {
        for (const key of keys) this.#key(key);
      });
      return;
    }
    const lines = createInterface({ input: process.stdin });
    lines.on('line', (line) => this.#key(line.trim()[0] ?? ''));
    this.#store.add({ dispose: () => lines.close() });
  }

  #key(key: string): void {
    switch (key) {
      case '\u0003':
      case 'q':
        this.#quit();
        break;
      case ' ':
        this.#showQr = !this.#showQr;
        this.#draw();
        break;
      case 'i':
        void this.#try(() => this.#host!.createInvite());
        break;
      case 'w':
        void this.#try(() => this.#toggleSpawn());
        break;
      case 'y':
      case 'c':
      case 'n': {
        const { id } = this.#asked;
        const scope = key === 'c' ? 'control' : undefined;
        if (id) void this.#try(() => this.#host!.decidePairing(id, key !== 'n', scope));
      }
    }
  }

  async #toggleSpawn(): Promise<void> {
    const sessions = this.#host?.newSessions;
    if (sessions) this.#footer.print(await toggleSpawn(sessions));
    this.#draw();
  }

  async #try(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#footer.print(asOffdeskError(error).sentence);
    }
  }

  #status(status: HostStatus): void {
    const before = this.#before;
    this.#before = status;
    const fresh = status.invite && status.invite.expiresAt > Date.now();
    if (status.invite && fresh && status.invite.url !== before?.invite?.url) {
      this.#footer.print(
        `\nPair a device with this link (once, within 5 minutes):\n  ${status.invite.url}\n`,
      );
      if (!status.invite.qr && status.reach && !status.tunnel) {
        this.#footer.print(
          `${status.reach.sentence}\nA phone needs --tunnel, --lan, --public-url or --relay; the README says how.\n`,
        );
      }
    }
    const tunnel = tunnelWords(status);
    if (tunnel && tunnel !== (before && tunnelWords(before))) this.#footer.print(tunnel);
    // What ends the program is said on stderr, when it ends.
    const over = status.state === 'error' || status.state === 'off';
    if (status.error && !over && status.error.message !== before?.error?.message)
      this.#footer.print([status.error.message, status.error.next].filter(Boolean).join(' '));
    const asked = this.#asked.next(status);
    if (asked) {
      const { device, code, scope } = asked;
      const digits = `${code.slice(0, 3)} ${code.slice(3)}`;
      const more = scope === 'control' ? '' : `, c to let it also ${scopeWords.control}`;
      this.#footer.print(
        `\n${device} wants to pair. It will be able to ${scopeWords[scope]}.\nIf it shows  ${digits}  type y to allow${more}, else n.`,
      );
    }
    this.#draw();
  }

  #draw = (): void => {
    const status = this.#before;
    if (!status) return;
    const qr = this.#qr(status);
    // A QR code needs the room.
    const sessions = qr.length > 0 ? [] : sessionLines(status, this.#host?.newSessions?.spawn, this.#keys);
    this.#footer.draw([...qr, ...sessions, statusLine(status, this.#keys)]);
  };

  #qr({ invite }: HostStatus): string[] {
    if (!this.#showQr || !invite?.qr) return [];
    const lines = qrLines(invite.qr);
    const { columns, rows } = process.stdout;
    const wide = invite.qr.size + 2 * quiet;
    // A part of it cannot be scanned, and lines that scrolled away cannot be taken back.
    if (!process.stdout.isTTY || (wide <= columns && lines.length < rows)) return lines;
    return [`The QR code needs a window of ${wide} by ${lines.length + 1} characters.`];
  }
}

/** What has become of the tunnel that was asked for; '' without one. */
function tunnelWords({ tunnel }: HostStatus): string {
  if (!tunnel) return '';
  const { program, state, url, error } = tunnel;
  const why = error ? ` ${sentenceOf(error)}` : '';
  switch (state) {
    case 'starting':
      return `${program} is starting.${why}`;
    case 'running':
      return program === 'cloudflared'
        ? `cloudflared leads here from ${url} (another address at each start)`
        : `${program} leads here from ${url}`;
    case 'failed':
    case 'ended':
      return why.trim();
  }
}

const scopeWords = {
  view: 'read along',
  answer: 'read along, answer questions and stop the agent',
  control: 'send prompts and approve actions',
} as const;

/** One line of its own: what agents say of themselves is drawn here, too. */
export function statusLine(status: HostStatus, keys: boolean): string {
  const online = status.devices.filter((device) => device.online).length;
  const parts = [
    `Remote control ${status.state}`,
    status.agent ? `${status.agent.name}${status.agent.demo ? ' (demo)' : ''} ${status.agent.state}` : '',
    `${online} of ${status.devices.length} devices here`,
    keys ? `${status.invite?.qr ? 'space QR, ' : ''}i new link, q quit` : '',
  ];
  return plainLine(parts.filter(Boolean).join(' · '));
}
