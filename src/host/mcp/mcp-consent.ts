/**
 * What the user said to the MCP servers of a folder: it holds for that folder and for exactly what was shown. It lies
 * in the machine folder, where no repository can put a yes.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/v4';
import { replaceFile } from '../../remote/machine-folder.ts';

export type Consent = 'allow' | 'refuse';

const schema = z.object({
  version: z.literal(1),
  cwd: z.string(),
  content: z.string(),
  consent: z.enum(['allow', 'refuse']),
});

function fileOf(machineFolder: string, cwd: string): string {
  const name = createHash('sha256').update(cwd).digest('hex').slice(0, 32);
  return join(machineFolder, 'mcp', `${name}.json`);
}

/** Of what servers are and do, so that whatever changes asks again. */
export function contentOf(servers: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(servers)).digest('hex');
}

/** Undefined where nothing was said to this content, or it can't be read. */
export async function consentTo(
  machineFolder: string,
  cwd: string,
  content: string,
): Promise<Consent | undefined> {
  try {
    const said = schema.parse(JSON.parse(await readFile(fileOf(machineFolder, cwd), 'utf8')));
    return said.cwd === cwd && said.content === content ? said.consent : undefined;
  } catch {
    return undefined;
  }
}

/** Rejects with `storage_failed`. */
export async function keepConsent(
  machineFolder: string,
  cwd: string,
  content: string,
  consent: Consent,
): Promise<void> {
  await mkdir(join(machineFolder, 'mcp'), { recursive: true, mode: 0o700 });
  await replaceFile(fileOf(machineFolder, cwd), JSON.stringify({ version: 1, cwd, content, consent }));
}
