/**
 * `tailscale serve` in the foreground: tailscaled keeps what it was told for as long as the program runs, and forgets it
 * when the program is gone, however that went; what others have it serve is never touched (a port that is theirs is
 * refused). That is why it is not `--bg`, whose undoing a crash would leave to somebody else.
 * Sources: tailscale.com/docs/reference/tailscale-cli/serve; github.com/tailscale/tailscale:
 * cmd/tailscale/cli/serve_v2.go (output, refusals), ipn/ipnlocal/serve.go (DeleteForegroundSession).
 */
import { stripVTControlCharacters } from 'node:util';
import * as z from 'zod/v4';
import type { OffdeskError } from '../../base/error.ts';
import type { MachineFolder } from '../machine-folder.ts';
import { servedPorts, tailscaleState } from './tailscale-status.ts';
import { tailscaleErrors } from './tunnel-errors.ts';
import { ask, type TunnelProgram } from './tunnel-program.ts';
import type { TunnelReader, TunnelWay } from './tunnel-way.ts';

const portFile = 'tailscale.json';
const portSchema = z.object({ version: z.literal(1), port: z.number().int().min(1).max(65_535) });
/** 443 needs no number in the address. */
const wished = [443, 8443, 10_000];

/** The name of this computer in its tailnet. Rejects with what is missing for a tunnel. */
export async function tailscaleName(program: TunnelProgram): Promise<string> {
  const { stdout } = await ask(program, ['status', '--json', '--peers=false']);
  const state = tailscaleState(stdout);
  if (!state.ready) throw state.error;
  return state.name;
}

export function tailscaleWay(folder: MachineFolder): TunnelWay {
  return {
    kind: 'tailscale',
    lasting: true,
    async prepare(program, port) {
      const name = await tailscaleName(program);
      const { stdout } = await ask(program, ['serve', 'status', '--json']);
      const served = servedPorts(stdout) ?? new Set();
      const outer = await keptPort(folder, served);
      if (served.has(outer)) throw tailscaleErrors.portTaken(outer);
      const address = `https://${name}${outer === 443 ? '' : `:${outer}`}`;
      return {
        args: ['serve', `--https=${outer}`, `http://127.0.0.1:${port}`],
        reader: new ServeReader(address, outer),
      };
    },
  };
}

/** Chosen once and kept, as the embedded relay's: a changed origin loses every paired key. */
async function keptPort(folder: MachineFolder, served: ReadonlySet<number>): Promise<number> {
  const kept = await folder.read(portFile, portSchema);
  if (kept) return kept.port;
  const port = wished.find((one) => !served.has(one)) ?? 443;
  if (!served.has(port)) await folder.write(portFile, { version: 1, port });
  return port;
}

export class ServeReader implements TunnelReader {
  address: string | undefined;
  connected = false;
  readonly readyUrl = undefined;
  problem: OffdeskError | undefined;
  readonly #expected: string;
  readonly #port: number;
  #available = false;

  /** `expected`: the address that Tailscale must have given this computer. */
  constructor(expected: string, port: number) {
    this.#expected = expected;
    this.#port = port;
  }

  get hopeless(): boolean {
    return this.problem !== undefined;
  }

  line(raw: string): void {
    const text = stripVTControlCharacters(raw).trim();
    if (/^Available within your tailnet:$/.test(text)) this.#available = true;
    if (this.#available && text === `${this.#expected}/`) {
      this.address = this.#expected;
      this.connected = true;
    }
    this.problem ??= this.#problemIn(text);
  }

  #problemIn(text: string): OffdeskError | undefined {
    if (/^Available on the internet:$/.test(text)) return tailscaleErrors.funnel(this.#port);
    if (/Access denied: (?:serve config|watch IPN bus)|To not require root/.test(text))
      return tailscaleErrors.denied();
    if (/^Serve is not enabled on your tailnet|error enabling https feature/.test(text))
      return tailscaleErrors.httpsOff();
    if (/(?:background configuration|foreground) already exists|already serving/.test(text))
      return tailscaleErrors.portTaken(this.#port);
    if (/failed to connect to local tailscaled/.test(text)) return tailscaleErrors.notRunning();
    if (/^(?:error: )?(?:flag provided but not defined|unknown flag)/.test(text))
      return tailscaleErrors.old();
    return undefined;
  }
}
