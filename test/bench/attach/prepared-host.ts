/** A host that finds sessions in its machine folder as one before it left them, and a phone that is paired with it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import { decodeInvite, encodeSessionLink } from '../../../src/channel/invite.ts';
import { openPhone, type Phone } from '../../support/phone.ts';
import { connected } from '../../support/phone-steps.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';
import { eventually } from '../../support/wait.ts';
import type { Built } from '../host/build.ts';
import { HostProcess } from '../host/host-process.ts';

export interface PreparedOptions {
  built: Built;
  browser: Browser;
  /** Writes the journal of the session that is open. */
  fill: (folder: string) => Promise<unknown>;
}

const openId = 'bench-session-open';

export class PreparedHost {
  readonly host: HostProcess;
  readonly phone: Phone;
  /** Of the session, for paired devices. */
  readonly link: string;
  readonly #folder: string;

  private constructor(host: HostProcess, phone: Phone, link: string, folder: string) {
    this.host = host;
    this.phone = phone;
    this.link = link;
    this.#folder = folder;
  }

  static async start({ built, browser, fill }: PreparedOptions): Promise<PreparedHost> {
    const folder = tempFolder('od-bench');
    const cwd = join(folder, 'work');
    const machineFolder = join(folder, 'machine');
    const session = describeSession({ built, machineFolder, cwd, id: openId, open: true });
    await fill(session);
    const host = await HostProcess.start({ built, machineFolder, cwd });
    await eventually(async () => (await host.sessions()).some(({ id }) => id === openId), {
      what: 'the session to be back',
      timeoutMs: 60_000,
    });
    const invite = await host.invite();
    const phone = await openPhone(browser);
    await phone.open(invite);
    await connected(phone.page);
    const { relay, hostId } = decodeInvite(invite);
    const link = encodeSessionLink(relay, { hostId, sessionId: openId });
    return new PreparedHost(host, phone, link, folder);
  }

  async stop(): Promise<void> {
    await this.phone.close();
    await this.host.stop();
    removeFolder(this.#folder);
  }
}

export interface Described {
  built: Built;
  machineFolder: string;
  cwd: string;
  id: string;
  open: boolean;
  updatedAt?: number;
}

/** The session's folder with its description, as src/host/session-store.ts writes it. */
export function describeSession(options: Described): string {
  const { built, machineFolder, cwd, id, open, updatedAt = Date.UTC(2026, 0, 1) } = options;
  const folder = join(machineFolder, 'sessions', id);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const choice = { kind: 'command', command: process.execPath, args: [built.agent] };
  const stored = {
    ...{ version: 1, id, cwd, title: `Session ${id}`, open, agentRuns: false },
    agent: { choice, title: 'Bench agent', demo: false },
    ...{ createdAt: updatedAt, updatedAt },
  };
  writeFileSync(join(folder, 'session.json'), JSON.stringify(stored), { mode: 0o600 });
  return folder;
}

/** What the device keeps of conversations is gone, its pairing stays. No page of the context may be open. */
export async function forgetKept(context: BrowserContext, link: string): Promise<void> {
  const page = await context.newPage();
  await page.goto(new URL('manifest.webmanifest', link.split('#')[0]).href);
  await page.evaluate(`new Promise((resolve, reject) => {
    localStorage.clear();
    const request = indexedDB.deleteDatabase('offdesk-kept');
    request.onsuccess = resolve;
    request.onerror = request.onblocked = () => reject(new Error('the kept history could not be deleted'));
  })`);
  await page.close();
}
