/** What the desk's host would say, for looking at. */
import QRCode from 'qrcode';
import type { HostStatus, ReachKind } from '../../src/protocol/host-status.ts';
import { start } from './facts.script.ts';

const url =
  'https://relay.example.org/offdesk/#i=AWl0IGlzIG9ubHkgYSBwaWN0dXJlIGFuZCBub3QgYSByZWFsIGludml0ZSBhdCBhbGwgYnV0IGFzIGxvbmcgYXMgb25lIHNvIGl0IGxvb2tzIHRoZSBzYW1l';

export function qr(): { size: number; bits: string } {
  const { modules } = QRCode.create(url, { errorCorrectionLevel: 'L' });
  return { size: modules.size, bits: Array.from(modules.data, (bit) => (bit ? '1' : '0')).join('') };
}

export const options: HostStatus['reachOptions'] = [
  {
    kind: 'computer',
    label: 'This computer',
    sentence: 'Only browsers on this computer. Nothing else can connect.',
    available: true,
    needsUrl: false,
    url: '',
  },
  {
    kind: 'relay',
    label: 'Own relay',
    sentence:
      'A relay that you run. This computer opens no port; the relay sees sizes and times, never content.',
    available: true,
    needsUrl: true,
    url: '',
  },
  {
    kind: 'tunnel',
    label: 'Your tunnel',
    sentence: 'An HTTPS address that leads here, such as Tailscale or Cloudflare.',
    available: true,
    needsUrl: true,
    url: '',
  },
  {
    kind: 'lan',
    label: 'Same network',
    sentence: 'Phones in the same network, by plain HTTP: who controls the network could replace the page.',
    available: true,
    needsUrl: false,
    url: '',
  },
];

export function onStatus(kind: ReachKind = 'relay'): HostStatus {
  const phoneCanOpen = kind !== 'computer';
  const page = phoneCanOpen ? 'https://relay.example.org/offdesk/' : 'http://127.0.0.1:43117/';
  return {
    state: 'on',
    hostName: 'studio-mac',
    build: '0.1.0',
    error: null,
    agent: { name: 'Claude Code', demo: false, state: 'ready' },
    session: { id: 's1', title: 'Move handlers to middleware', cwd: '/work/api-gateway' },
    reach: {
      kind,
      url: page,
      phoneCanOpen,
      protectedPage: true,
      sentence: phoneCanOpen
        ? 'Outbound only; the relay sees sizes and times, never content.'
        : 'Only browsers on this computer can open it.',
      sessionUrl: `${page}#h=abc&s=s1`,
    },
    reachOptions: options,
    invite: { url, expiresAt: Date.now() + 252_000, qr: phoneCanOpen ? qr() : null },
    pairings: [],
    devices: [
      {
        id: 'd1',
        name: 'Pixel 9 · Chrome',
        scope: 'control',
        online: true,
        lastSeen: start,
        pairedAt: start,
      },
      {
        id: 'd2',
        name: 'iPad · Safari',
        scope: 'answer',
        online: false,
        lastSeen: start - 90_000_000,
        pairedAt: start,
      },
    ],
    notices: [],
  };
}
