/** A device that wants to pair: said in a line, decided in a panel of its own, so that no letter of a message lets it in. */
import { plainLine } from '../../base/plain-text.ts';
import type { HostStatus } from '../../protocol/host-status.ts';
import type { Conversation } from './conversation.ts';
import { linesIn, type Line } from './lines.ts';
import type { Press } from './press.ts';

export type Pairing = HostStatus['pairings'][number];

const asks = ({ device, code }: Pairing): string =>
  `${plainLine(device)} wants to pair. Does it show ${plainLine(code.slice(0, 3))} ${plainLine(code.slice(3))}?`;

export const pairingLines = (pairing: Pairing, cells: number): Line[] =>
  linesIn(`${asks(pairing)} Ctrl-Y answers.`, 'warning', cells);

export class PairingPanel {
  readonly #chat: Conversation;
  readonly #pairing: Pairing;
  /** The keys of this panel mean nothing to who has not read them. */
  #drawn = false;

  constructor(chat: Conversation, pairing: Pairing) {
    this.#chat = chat;
    this.#pairing = pairing;
  }

  /** Decided elsewhere, or given up. */
  get over(): boolean {
    return this.#chat.status?.pairings.some(({ id }) => id === this.#pairing.id) !== true;
  }

  /** `close`: it has done its work. */
  press({ text, name, ctrl }: Press): boolean | 'close' {
    if (name === 'escape') return 'close';
    if (!this.#drawn || ctrl || !['y', 'n', 'c'].includes(text)) return true;
    this.#chat.decidePairing(this.#pairing.id, text !== 'n', text === 'c' ? 'control' : undefined);
    return 'close';
  }

  lines(cells: number): Line[] {
    this.#drawn = true;
    return [
      ...linesIn(asks(this.#pairing), 'warning', cells),
      ...linesIn('y allows it · c with all rights · n refuses · Esc back', 'quiet', cells),
    ];
  }
}
