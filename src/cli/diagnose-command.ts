/** `offdesk diagnose`: what may stand in the way, as text on stdout. */
import { plainLines } from '../base/plain-text.ts';
import { inEnglish } from '../base/translate.ts';
import { exitCodes } from './exit-codes.ts';
import { cliPorts, type PortsOptions } from './ports.ts';

export async function diagnose(options: PortsOptions): Promise<void> {
  const core = await import('../host/core.ts');
  const { settings, machineFolder, registrationToken } = cliPorts(options);
  const chosen = settings();
  const token = chosen.relay ? await registrationToken(chosen.relay) : undefined;
  const { text, problems } = await core.diagnose({
    ...{ t: inEnglish, settings: chosen, status: undefined, machineFolder, terminalPath: undefined },
    // Node goes by no proxy of the environment by itself.
    ...{ env: process.env, proxies: [], proxiesUsed: false, versions: [], forbidden: undefined },
    secrets: token ? [token] : [],
  });
  process.stdout.write(plainLines(text));
  if (problems > 0) process.exitCode = exitCodes.failed;
}
