/**
 * By which names and paths this relay may be reached. The embedded relay must check: a page of any origin
 * can reach a loopback port, and one that owns its own DNS name can even look same-origin (DNS rebinding).
 */

export interface NamesOptions {
  mode: 'embedded' | 'own';
  publicUrl: URL | undefined;
  /** More hosts, with or without port, asked each time; the address in the local network, for one. */
  allowedHosts: () => Iterable<string>;
}

export class Names {
  #options: NamesOptions;
  #prefix: string;

  constructor(options: NamesOptions) {
    this.#options = options;
    this.#prefix = options.publicUrl?.pathname.replace(/\/+$/, '') ?? '';
  }

  /** Whether a request with this Host header is for us (RFC 9110 section 7.4; else 421). */
  isOwnHost(header: string | undefined): boolean {
    const host = parseHost(header);
    if (this.#options.mode === 'own') return host !== undefined || header === undefined;
    if (!host) return false;
    // Names alone: a forwarded port may have another number here than there.
    return isLoopbackName(host.hostname) || this.#named().some((own) => own.hostname === host.hostname);
  }

  /** Whether a browser's page of this origin may talk to us; no Origin header means no browser. */
  isAllowedOrigin(origin: string | undefined, hostHeader: string | undefined): boolean {
    if (origin === undefined || this.#options.mode === 'own') return true;
    const page = parseOrigin(origin);
    if (!page) return false;
    return page.host === parseHost(hostHeader)?.host || this.#isNamedOrigin(page);
  }

  /** Whether a host that signed this origin meant us. */
  isOwnOrigin(origin: string, hostHeader: string | undefined): boolean {
    const dialed = parseOrigin(origin);
    if (!dialed) return false;
    if (this.#isNamedOrigin(dialed)) return true;
    const { mode, publicUrl } = this.#options;
    // The port is not compared for the embedded relay: nobody else's relay is at a loopback name.
    if (mode === 'embedded') return isLoopbackName(dialed.hostname);
    return publicUrl === undefined && dialed.host === parseHost(hostHeader)?.host;
  }

  /** The path without the public URL's, which a tunnel may or may not have taken away; undefined: add a slash. */
  relativePath(path: string): string | undefined {
    if (this.#prefix === '') return path;
    if (path === this.#prefix) return undefined;
    return path.startsWith(`${this.#prefix}/`) ? path.slice(this.#prefix.length) : path;
  }

  #isNamedOrigin(origin: URL): boolean {
    if (origin.origin === this.#options.publicUrl?.origin) return true;
    return [...this.#options.allowedHosts()].some((host) => parseHost(host)?.host === origin.host);
  }

  #named(): URL[] {
    const own = [...this.#options.allowedHosts()].map(parseHost).filter((url) => url !== undefined);
    return this.#options.publicUrl ? [this.#options.publicUrl, ...own] : own;
  }
}

function isLoopbackName(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';
}

function parseHost(header: string | undefined): URL | undefined {
  if (header === undefined || !/^[A-Za-z0-9._:[\]-]{1,255}$/.test(header)) return undefined;
  return parse(`http://${header}`);
}

function parseOrigin(origin: string): URL | undefined {
  if (!/^https?:\/\/[A-Za-z0-9._:[\]-]{1,255}$/.test(origin)) return undefined;
  return parse(origin);
}

function parse(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
