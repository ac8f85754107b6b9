/** Limits as counters: how many of a thing there are, and how many frames a second a socket may send. */
import { isIPv6 } from 'node:net';
import { disposable, type Disposable } from '../base/disposable.ts';

/** How many there are of a thing, by key and of all keys together. */
export class Counts {
  #counts = new Map<string, number>();
  #total = 0;

  get total(): number {
    return this.#total;
  }

  of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  /** One more, until disposed. */
  take(key: string): Disposable {
    this.#counts.set(key, this.of(key) + 1);
    this.#total++;
    return disposable(() => {
      const rest = this.of(key) - 1;
      if (rest > 0) this.#counts.set(key, rest);
      else this.#counts.delete(key);
      this.#total--;
    });
  }
}

/** A bucket that refills evenly; it may be overdrawn, and says how long to wait until it is even again. */
export class TokenBucket {
  #tokens: number;
  #perSecond: number;
  #at: number;

  constructor(perSecond: number, now: number) {
    this.#perSecond = perSecond;
    this.#tokens = perSecond;
    this.#at = now;
  }

  /** Takes one, though there be none; returns `wait`. */
  take(now: number): number {
    this.wait(now);
    this.#tokens -= 1;
    return this.wait(now);
  }

  /** Milliseconds until the bucket is even; 0 while it is not overdrawn. */
  wait(now: number): number {
    this.#tokens = Math.min(this.#perSecond, this.#tokens + ((now - this.#at) / 1000) * this.#perSecond);
    this.#at = now;
    return this.#tokens >= 0 ? 0 : (-this.#tokens / this.#perSecond) * 1000;
  }
}

/** The key under which an address is counted: itself, or for IPv6 its /64, which one customer owns whole. */
export function addressKey(address: string | undefined): string {
  if (!address) return 'unknown';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped) return mapped[1]!;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('%')[0]!.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0');
  return [...front, ...(tail === undefined ? [] : zeros), ...back].slice(0, 4).join(':') + '::/64';
}

export function isLoopback(key: string): boolean {
  return key.startsWith('127.') || key === '0:0:0:0::/64';
}
