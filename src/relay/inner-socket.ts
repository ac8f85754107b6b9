/** A connection within this process, without the network: what one end writes the other reads. */
import { duplexPair, type Duplex } from 'node:stream';

/** One that goes takes the other with it, after what it had sent was read where it ended in order. */
export function innerSockets(): [Duplex, Duplex] {
  const [one, other] = duplexPair();
  leaveTogether(one, other);
  leaveTogether(other, one);
  return [one, other];
}

/** By themselves the ends of a pair know nothing of each other's `destroy`. */
function leaveTogether(gone: Duplex, rest: Duplex): void {
  gone.once('close', () => {
    if (!gone.writableFinished || rest.readableEnded) rest.destroy();
    else rest.once('end', () => rest.destroy());
  });
}
