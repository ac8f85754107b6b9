/** What the phone shows: no computer yet, pairing, a computer, several, or that it was removed. */
import { signal } from '@preact/signals';
import type { Clock } from '../../base/clock.ts';
import { asOffdeskError, type ErrorShape } from '../../base/error.ts';
import { readLink, type Invite } from '../../channel/invite.ts';
import { pairDevice } from '../../channel/pair.ts';
import type { WebSocketPort } from '../../channel/relay-socket.ts';
import type { Scope } from '../../protocol/methods.ts';
import { memoryKeep, storageKeep, type Keep } from '../client/keep.ts';
import { keyPairOf, newDeviceKey } from '../connection/device-key.ts';
import { Machine } from '../connection/machine.ts';
import type { OpenCache } from '../connection/sealed-cache.ts';
import type { Pairing, PairingStore } from '../connection/pairing-store.ts';

export type Page =
  | { kind: 'loading' }
  /** `error`: a link that could not be read; `stranger`: a session link of a computer not paired with. */
  | { kind: 'welcome'; error: ErrorShape | null; stranger: boolean }
  /** An iPhone's tab: install first, the tab's keys would stay behind. */
  | { kind: 'install'; invite: Invite }
  | { kind: 'reaching' }
  | { kind: 'digits'; digits: string; scope: Scope }
  | { kind: 'failed'; error: ErrorShape; invite: Invite }
  | { kind: 'machines' }
  | { kind: 'machine'; machine: Machine }
  | { kind: 'revoked'; hostName: string };

export interface PhoneOptions {
  store: PairingStore;
  /** The browser's; undefined on a page that is not protected. */
  storage: Storage | undefined;
  /** Without it nothing of the conversations is kept. */
  openCache?: OpenCache | undefined;
  clock: Clock;
  frame: (call: () => void) => void;
  deviceName: () => Promise<string>;
  protectedPage: boolean;
  /** The browser's own unless given. */
  openWebSocket?: (url: string) => WebSocketPort;
  /** Whether to advise to install before pairing. */
  installFirst: boolean;
  /** Tells the browser's other tabs which computer was forgotten, and hears it of them. */
  forgotten?: ForgottenPort | undefined;
}

/** A BroadcastChannel; messages are host ids. */
export interface ForgottenPort {
  postMessage(hostId: string): void;
  onmessage: ((event: MessageEvent<unknown>) => void) | null;
}

export class PhoneState {
  readonly page = signal<Page>({ kind: 'loading' });
  readonly machines = signal<readonly Machine[]>([]);
  readonly #options: PhoneOptions;
  #pairing: AbortController | undefined;

  constructor(options: PhoneOptions) {
    this.#options = options;
    if (!options.forgotten) return;
    options.forgotten.onmessage = ({ data }) => {
      const machine = this.machines.value.find(({ hostId }) => hostId === data);
      if (machine) void this.#forget(machine);
    };
  }

  /** False where pairings end with the page. */
  get lasting(): boolean {
    return this.#options.store.lasting;
  }

  /** Reads the stored pairings, then follows `link`: what the page was opened with, fragment included. */
  async open(link: string): Promise<void> {
    for (const pairing of await this.#options.store.all().catch(() => [])) this.#add(pairing);
    await this.follow(link);
  }

  /** A link: an invite begins pairing, a session's link shows the session, anything else the start. */
  async follow(text: string): Promise<void> {
    try {
      const link = readLink(text);
      switch (link.kind) {
        case 'invite':
          if (this.#options.installFirst) this.page.value = { kind: 'install', invite: link };
          else await this.pair(link);
          return;
        case 'session': {
          const machine = this.machines.value.find(({ hostId }) => hostId === link.hostId);
          machine?.show(link.sessionId);
          if (machine) this.page.value = { kind: 'machine', machine };
          else this.page.value = { kind: 'welcome', error: null, stranger: true };
          return;
        }
        case 'none':
          this.home();
          return;
      }
    } catch (thrown) {
      this.page.value = { kind: 'welcome', error: asOffdeskError(thrown).toShape(), stranger: false };
    }
  }

  /** The only computer, the list of several, or how to pair the first. */
  home(): void {
    this.#pairing?.abort();
    const [first, ...more] = this.machines.value;
    if (!first) this.page.value = { kind: 'welcome', error: null, stranger: false };
    else this.page.value = more.length === 0 ? { kind: 'machine', machine: first } : { kind: 'machines' };
  }

  show(machine: Machine): void {
    this.page.value = { kind: 'machine', machine };
  }

  /** To pair one more. */
  welcome(): void {
    this.page.value = { kind: 'welcome', error: null, stranger: false };
  }

  async pair(invite: Invite): Promise<void> {
    const { clock, store, protectedPage } = this.#options;
    this.#pairing?.abort();
    const pairing = new AbortController();
    this.#pairing = pairing;
    const { signal } = pairing;
    // What cannot be protected asks for less; the desk may give more.
    const scope: Scope = protectedPage ? 'control' : 'answer';
    this.page.value = { kind: 'reaching' };
    try {
      const key = await newDeviceKey();
      const [keyPair, name] = await Promise.all([keyPairOf(key), this.#options.deviceName()]);
      const onDigits = (digits: string) => {
        if (!signal.aborted) this.page.value = { kind: 'digits', digits, scope };
      };
      const { openWebSocket } = this.#options;
      const result = await pairDevice({
        ...{ invite, keyPair, name, scope, protectedPage, onDigits, clock, signal },
        ...(openWebSocket ? { openWebSocket } : {}),
      });
      const { hostId, hostKey, relay } = invite;
      const paired: Pairing = { hostId, hostKey, relay, ...result, key, pairedAt: clock.now() };
      await store.put(paired);
      const machine = this.#add(paired);
      if (!signal.aborted) this.page.value = { kind: 'machine', machine };
    } catch (thrown) {
      if (!signal.aborted)
        this.page.value = { kind: 'failed', error: asOffdeskError(thrown).toShape(), invite };
    }
  }

  /** Forgets a computer here; the computer still lists this phone until it is revoked there. */
  async forget(machine: Machine): Promise<void> {
    await this.#forget(machine);
    // What another tab still wrote meanwhile goes with what it keeps.
    this.#options.forgotten?.postMessage(machine.hostId);
  }

  wake(): void {
    for (const machine of this.machines.value) machine.wake();
  }

  /** Hidden, or about to be closed: what the page knows is written down. */
  flush(): void {
    for (const machine of this.machines.value) machine.flush();
  }

  #add(pairing: Pairing): Machine {
    // Paired again: the new key replaces the old one.
    this.machines.value.find(({ hostId }) => hostId === pairing.hostId)?.dispose();
    this.#drop(pairing.hostId);
    const { store, clock, frame, openWebSocket } = this.#options;
    const machine = new Machine({
      ...{ pairing, store, clock, frame, openWebSocket, keep: this.#keep(pairing.hostId) },
      cache: this.#options.openCache?.(pairing.hostId),
      onRevoked: (hostName) => {
        this.#drop(pairing.hostId);
        this.page.value = { kind: 'revoked', hostName };
      },
    });
    this.machines.value = [...this.machines.value, machine];
    void machine.connect();
    return machine;
  }

  async #forget(machine: Machine): Promise<void> {
    await machine.wipe();
    this.#drop(machine.hostId);
    const { kind } = this.page.value;
    if (kind === 'machine' || kind === 'machines') this.home();
  }

  #drop(hostId: string): void {
    this.machines.value = this.machines.value.filter((machine) => machine.hostId !== hostId);
  }

  #keep(hostId: string): Keep {
    const { storage } = this.#options;
    return storage ? storageKeep(storage, hostId, globalThis) : memoryKeep();
  }
}
