/**
 * Stands in for tailscale and its daemon: `status --json`, `serve status --json`, and `serve` in the foreground, with what
 * the daemon serves in a file beside it. As with the real one, what a foreground run added goes when that run is gone.
 * Output as in cmd/tailscale/cli/serve_v2.go and ipn/ipnstate/ipnstate.go.
 */
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const folder = dirname(process.argv[1]);
const file = (name) => join(folder, name);
const plan = JSON.parse(readFileSync(file('tailscale.json'), 'utf8'));
const args = process.argv.slice(2);
appendFileSync(file('tailscale.runs'), `${JSON.stringify({ pid: process.pid, args })}\n`);

const said = (text, code) => {
  process.stderr.write(`${text}\n`);
  process.exit(code);
};
const alive = (pid) => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1][0] !== 'Z';
  } catch {
    return false;
  }
};

/** Sessions of foreground runs that are still there. */
function foreground() {
  const found = {};
  for (const name of readdirSync(folder)) {
    const pid = /^session-(\d+)\.json$/.exec(name)?.[1];
    if (pid === undefined) continue;
    if (alive(Number(pid))) found[pid] = JSON.parse(readFileSync(file(name), 'utf8'));
    else rmSync(file(name));
  }
  return found;
}
const background = () =>
  existsSync(file('served.json')) ? JSON.parse(readFileSync(file('served.json'), 'utf8')) : {};

if (plan.mode === 'noDaemon')
  said(
    "failed to connect to local tailscaled; it doesn't appear to be running (sudo systemctl start tailscaled ?)",
    1,
  );
const name = 'studio.tail1234.ts.net';
if (args[0] === 'status') {
  const state =
    { loggedOut: 'NeedsLogin', stopped: 'Stopped', unapproved: 'NeedsMachineAuth' }[plan.mode] ?? 'Running';
  const running = state === 'Running';
  process.stdout.write(
    JSON.stringify({
      Version: '1.86.2',
      BackendState: state,
      AuthURL: state === 'NeedsLogin' ? 'https://login.tailscale.com/a/0123456789abcd' : '',
      Self: { HostName: 'studio', DNSName: running ? `${name}.` : '' },
      CertDomains: running && plan.mode !== 'httpsOff' ? [name] : null,
    }),
  );
  process.exit(0);
}
const [, verb] = args;
if (verb === 'status') {
  const all = foreground();
  process.stdout.write(
    JSON.stringify({ ...background(), ...(Object.keys(all).length > 0 ? { Foreground: all } : {}) }),
  );
  process.exit(0);
}
const port = /^--https=(\d+)$/.exec(verb)?.[1];
const target = args[2];
if (plan.mode === 'denied')
  said(
    "sending serve config: Access denied: serve config denied\n\nUse 'sudo tailscale serve'.\nTo not require root, use 'sudo tailscale set --operator=$USER' once.",
    1,
  );
if (plan.mode === 'notEnabled') {
  process.stdout.write(
    '\nServe is not enabled on your tailnet.\nTo enable, visit:\n\n         https://login.tailscale.com/f/serve?node=nSECRETnode1CNTRL\n\n',
  );
  setInterval(() => {}, 60_000);
} else if (background().TCP?.[port]) {
  said(
    `background configuration already exists, use \`tailscale serve --https=${port} off\` to remove the existing configuration`,
    1,
  );
} else if (Object.values(foreground()).some((one) => one.TCP?.[port])) {
  said('foreground already exists under this port', 1);
} else if (plan.mode !== 'silent') {
  writeFileSync(
    file(`session-${process.pid}.json`),
    JSON.stringify({ TCP: { [port]: { HTTPS: true } }, target }),
  );
  const shown = plan.mode === 'lookalike' ? `${name}.evil.example` : name;
  const where = plan.mode === 'funnel' ? 'Available on the internet:' : 'Available within your tailnet:';
  process.stdout.write(
    `${where}\n\nhttps://${shown}${port === '443' ? '' : `:${port}`}/\n|-- proxy ${target}\n\nPress Ctrl+C to exit.\n`,
  );
  setInterval(() => {}, 60_000);
  if (plan.mode === 'dies') setInterval(() => existsSync(file('die')) && process.exit(1), 20);
} else setInterval(() => {}, 60_000);
