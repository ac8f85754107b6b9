/** What the two programs have in common: how each is started, and what its lines say. */
import type { OffdeskError } from '../../base/error.ts';
import type { TunnelKind } from '../../protocol/tunnel.ts';
import type { TunnelProgram } from './tunnel-program.ts';

/** Reads what one run of a program prints. */
export interface TunnelReader {
  line(text: string): void;
  /** An https base URL without a path; never another once it is there. */
  readonly address: string | undefined;
  /** It is known to lead here. */
  /** Set by whoever asked `readyUrl`, too. */
  connected: boolean;
  /** Where it tells whether it is connected: `GET` answers 200 if so. On loopback. */
  readonly readyUrl: string | undefined;
  /** What the lines say is wrong. */
  readonly problem: OffdeskError | undefined;
  /** With this problem it will not come up, though it runs. */
  readonly hopeless: boolean;
}

export interface TunnelStart {
  args: string[];
  reader: TunnelReader;
}

export interface TunnelWay {
  readonly kind: TunnelKind;
  /** Its next start leads here from the same address. */
  readonly lasting: boolean;
  /** `port`: of the embedded relay on 127.0.0.1. Rejects with what keeps it from starting. */
  prepare(program: TunnelProgram, port: number): Promise<TunnelStart>;
}
