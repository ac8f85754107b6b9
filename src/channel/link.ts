/** The pipe under a secure channel: binary frames, in order, until it closes. */
import type { Event } from '../base/emitter.ts';
import type { ErrorShape } from '../base/error.ts';

/** One channel through the relay. Frames that arrive before the first subscription are kept for it. */
export interface FrameLink {
  send(frame: Uint8Array): void;
  readonly onFrame: Event<Uint8Array>;
  /** Fires once; `undefined` for an orderly end by the other side. */
  readonly onClose: Event<ErrorShape | undefined>;
  close(): void;
}
