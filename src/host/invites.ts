/** Invites to pair: made for whoever asks at the desk, and anew where the address that they lead to is another one. */
import type { DeskNews } from './desk-news.ts';
import { notOn } from './host-acts.ts';
import type { Machine } from './machine.ts';
import type { Way } from './way.ts';

export interface InvitesOptions {
  way: Way;
  news(): DeskNews;
  /** Undefined while it is off. */
  machine(): Machine | undefined;
}

export class Invites {
  readonly #options: InvitesOptions;

  constructor(options: InvitesOptions) {
    this.#options = options;
  }

  /** Throws `closed` while it is off. */
  create(): void {
    const { line } = this.#options.way;
    if (!line) throw notOn();
    line.desk.createInvite();
    const news = this.#options.news();
    // The way in after all that it speaks of was taken.
    news.forget('pairing_denied');
    news.changed();
  }

  /** Where an invite is a convenience: with a full list the rest goes on, and the desk says why there is none. */
  createIfRoom(): void {
    const full = this.#options.machine()?.devices.full;
    if (full) this.#options.news().notice('warning', full.sentence, full.code);
    else this.create();
  }

  /** An invite leads to an address; one that was made before there was any may be over by now. */
  createAnew(): void {
    const { line } = this.#options.way;
    if (line?.desk.invite ?? line?.desk.expired ?? line?.kind === 'cloudflared') this.createIfRoom();
  }
}
