/** Tells a frame of another envelope version from a malformed one, so that the peer hears what to update. */
import { ENVELOPE } from '../protocol/envelope.ts';

export function speaksOtherVersion(text: string): boolean {
  try {
    const message: unknown = JSON.parse(text);
    if (typeof message !== 'object' || message === null || !('v' in message)) return false;
    return typeof message.v === 'number' && message.v !== ENVELOPE;
  } catch {
    return false;
  }
}
