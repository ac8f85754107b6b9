/** A host that is going to be killed: continues a session with a prompt that it allows everything, prints its agent. */
import { Upstream } from '../../../src/agent/upstream.ts';
import { silentLog } from '../../../src/base/log.ts';

interface Options {
  command: string;
  args: string[];
  env: Record<string, string>;
  cwd: string;
  session: string;
  prompt: string;
}

async function main(): Promise<void> {
  const { session, prompt, ...options } = JSON.parse(process.env['KILLED_HOST'] ?? '') as Options;
  const agent = new Upstream({
    ...{ ...options, name: 'Agent', installHint: '', authMethod: undefined, loginHint: '', log: silentLog },
    startMs: 120_000,
    onProcess: (identity) => void process.stdout.write(`${JSON.stringify(identity)}\n`),
  });
  const sink = {
    update: () => {},
    ask: (_kind: string, { options }: Record<string, unknown>) => {
      const all = options as { optionId: string; kind: string }[];
      const { optionId } = all.find(({ kind }) => kind === 'allow_once')!;
      return Promise.resolve({ outcome: 'selected' as const, optionId });
    },
    exited: () => {},
  };
  await agent.start(sink, session);
  await agent.prompt([{ type: 'text', text: prompt }]);
}

void main();
