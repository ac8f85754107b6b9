/** Diagnose: all checks at once, each bounded in time, and what they found as one text without secrets. */
import { plainLine } from '../../base/plain-text.ts';
import type { Translate } from '../../base/translate.ts';
import { limits } from '../../protocol/limits.ts';
import { agentCheck } from './agent-check.ts';
import type { Check, DiagnosePorts, Finding } from './check.ts';
import { proxyCheck } from './proxy-check.ts';
import { reachCheck } from './reach-check.ts';
import { relayChecks } from './relay-check.ts';
import { remoteControlCheck } from './remote-control-check.ts';
import { storageCheck } from './storage-check.ts';
import { tunnelCheck } from './tunnel-check.ts';
import { versionsCheck } from './versions-check.ts';
import { placesOf, withoutSecrets } from './without-secrets.ts';

export type { DiagnosePorts };

export interface Diagnosis {
  /** Markdown that reads well as it is. */
  text: string;
  problems: number;
  warnings: number;
}

export interface DiagnoseOptions {
  /** A check has ended. */
  progress?(done: number, all: number, title: string): void;
  signal?: AbortSignal;
  /** For each check, in milliseconds; `limits.diagnoseCheckMs` unless given. */
  checkMs?: number;
  /** Those of `ports` unless given. */
  checks?: Check[];
}

/** Never rejects. */
export async function diagnose(ports: DiagnosePorts, options: DiagnoseOptions = {}): Promise<Diagnosis> {
  const { checks = checksOf(ports), checkMs = limits.diagnoseCheckMs, progress } = options;
  const { t } = ports;
  let done = 0;
  const sections = await Promise.all(
    checks.map(async (check) => {
      const findings = await bounded(check, checkMs, options.signal, t);
      progress?.(++done, checks.length, check.title);
      return { title: check.title, findings };
    }),
  );
  const all = sections.flatMap(({ findings }) => findings);
  const count = (verdict: Finding['verdict']) => all.filter((one) => one.verdict === verdict).length;
  const [problems, warnings] = [count('problem'), count('warning')];
  const text = [
    `# ${t('Offdesk: diagnosis')}`,
    [new Date().toISOString(), summary(problems, warnings, t)].join(' · '),
    ...sections.map(({ title, findings }) =>
      [`## ${title}`, ...findings.map((one) => line(one, t))].join('\n'),
    ),
  ].join('\n\n');
  return { text: `${withoutSecrets(text, ports.secrets, placesOf())}\n`, problems, warnings };
}

export function summary(problems: number, warnings: number, t: Translate): string {
  if (problems + warnings === 0) return t('All is well.');
  return t('Problems: {0}, warnings: {1}.', problems, warnings);
}

function checksOf(ports: DiagnosePorts): Check[] {
  return [
    remoteControlCheck(ports),
    agentCheck(ports),
    ...relayChecks(ports),
    proxyCheck(ports),
    reachCheck(ports),
    tunnelCheck(ports),
    storageCheck(ports),
    versionsCheck(ports),
  ];
}

async function bounded(
  check: Check,
  ms: number,
  signal: AbortSignal | undefined,
  t: Translate,
): Promise<Finding[]> {
  const ended = new AbortController();
  const late = new Promise<Finding[]>((resolve) => {
    const end = (message: string) => {
      ended.abort();
      resolve([{ verdict: 'problem', message }]);
    };
    const timer = setTimeout(
      () => end(t('This took longer than {0} seconds and was given up.', ms / 1000)),
      ms,
    );
    ended.signal.addEventListener('abort', () => clearTimeout(timer));
    if (signal?.aborted) end(t('This was cancelled.'));
    signal?.addEventListener('abort', () => end(t('This was cancelled.')));
  });
  try {
    return await Promise.race([check.run(ended.signal), late]);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [{ verdict: 'problem', message: t('This could not be looked at: {0}', message) }];
  } finally {
    ended.abort();
  }
}

/** One line each, whatever was found: names and errors come from outside. */
function line({ verdict, message, next }: Finding, t: Translate): string {
  const words = { ok: t('OK'), warning: t('Warning'), problem: t('Problem') };
  const said = [plainLine(message), ...(next ? [`→ ${plainLine(next)}`] : [])].join(' ');
  return `- **${words[verdict]}** ${said}`;
}
