/** Chromium for end-to-end tests: one per suite, with test names mapped to loopback and a test CA trusted. */
import { chromium, type Browser } from 'playwright-core';
import { chromiumPath } from './paths.ts';
import { removeFolder, tempFolder } from './temp-folder.ts';
import type { OtherComputer } from './netns.ts';
import type { TestCa } from './tls.ts';

export interface BrowserOptions {
  /** Host name to address; `relay.test` leads to 127.0.0.1 unless given. All other names lead nowhere. */
  hosts?: Record<string, string>;
  /** Literal addresses that may be reached besides 127.0.0.1: LAN addresses of a test. */
  addresses?: string[];
  /** Trusted by this browser. */
  ca?: TestCa;
  /** Run on another computer of the test's network, or in a network of its own. */
  on?: Pick<OtherComputer, 'wrapper'>;
}

export interface TestBrowser {
  readonly browser: Browser;
  close(): Promise<void>;
}

/** Starts a headless Chromium with a HOME of its own, which its close removes. */
export async function launchBrowser(options: BrowserOptions = {}): Promise<TestBrowser> {
  const home = tempFolder('od-browser');
  await options.ca?.trustIn(home);
  const hosts = { 'relay.test': '127.0.0.1', ...options.hosts };
  const rules = [
    ...Object.entries(hosts).map(([name, address]) => `MAP ${name} ${address}`),
    'MAP * ~NOTFOUND',
    ...['127.0.0.1', 'localhost', ...Object.values(hosts), ...(options.addresses ?? [])].map(
      (address) => `EXCLUDE ${address}`,
    ),
  ];
  const browser = await chromium.launch({
    executablePath: options.on ? options.on.wrapper(chromiumPath) : chromiumPath,
    headless: true,
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--host-resolver-rules=${[...new Set(rules)].join(', ')}`,
    ],
    env: {
      ...(process.env as Record<string, string>),
      HOME: home,
      XDG_CONFIG_HOME: home,
      XDG_CACHE_HOME: home,
    },
    timeout: 60_000,
  });
  let closed: Promise<void> | undefined;
  return {
    browser,
    close: () => (closed ??= browser.close().finally(() => removeFolder(home))),
  };
}
