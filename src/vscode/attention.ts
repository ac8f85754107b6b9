/** Decides what is worth a notification: a pairing request or a question, once each, while the view is hidden. */
import type { HostStatus } from '../protocol/host-status.ts';

export type Call =
  | { kind: 'pairing'; pairing: HostStatus['pairings'][number] }
  | { kind: 'question'; id: string; sentence: string };

export class Attention {
  #known = new Set<string>();

  /** What to announce now. What came while the view was visible was seen there and is not announced later. */
  take(status: HostStatus, viewVisible: boolean): Call[] {
    const open: [string, Call][] = [
      ...status.pairings.map((pairing): [string, Call] => [`p:${pairing.id}`, { kind: 'pairing', pairing }]),
      ...(status.questions ?? []).map((question): [string, Call] => [
        `q:${question.id}`,
        { kind: 'question', ...question },
      ]),
    ];
    const fresh = open.filter(([key]) => !this.#known.has(key));
    this.#known = new Set(open.map(([key]) => key));
    return viewVisible ? [] : fresh.map(([, call]) => call);
  }
}
