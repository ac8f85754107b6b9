/** What a client may do with terminals: look with any scope, all else with `control` (docs/SPEC.md, O). */
import { DisposableStore, type Disposable } from '../base/disposable.ts';
import { OffdeskError } from '../base/error.ts';
import { methods } from '../protocol/methods.ts';
import * as p from '../protocol/terminals.ts';
import { controlledSession, requireScope, type MethodPorts, type MethodTable } from './client-port.ts';
import { parsed } from './requests.ts';
import type { TerminalDirectory, TerminalView } from './terminal-port.ts';

export interface TerminalMethods extends Disposable {
  readonly table: MethodTable;
  /** Notifications by their method, which throw as the requests do. */
  readonly told: ReadonlyMap<string, (params: unknown) => void>;
}

/** `notify`: in order with the answers of the table. */
export function terminalMethods(
  ports: MethodPorts,
  notify: (method: string, params: unknown) => void,
): TerminalMethods {
  const { client, sessions } = ports;
  const store = new DisposableStore();
  const views = new Map<string, TerminalView>();
  const terminals = (): TerminalDirectory => {
    if (sessions.terminals) return sessions.terminals;
    throw new OffdeskError('terminals_missing', 'There are no terminals here.', 'All else works without.');
  };
  const leave = (id: string) => {
    views.get(id)?.dispose();
    views.delete(id);
  };
  store.add({ dispose: () => [...views.keys()].forEach(leave) });
  const controlled = <T>(params: T): T => {
    requireScope(client, 'control');
    return params;
  };
  const ack = (params: unknown) => {
    const { id, at } = parsed(p.terminalAckParams, params);
    views.get(id)?.ack(at);
  };
  const input = (params: unknown) => {
    const { id, data } = controlled(parsed(p.terminalInputParams, params));
    return terminals().input(id, data, client);
  };
  const resize = (params: unknown) => {
    const { id, cols, rows } = controlled(parsed(p.terminalResizeParams, params));
    terminals().resize(id, { cols, rows }, client);
  };
  return {
    dispose: () => store.dispose(),
    told: new Map([
      [methods.terminal.ack, ack],
      [methods.terminal.input, input],
      [methods.terminal.resize, resize],
    ]),
    table: {
      [methods.terminal.open]: async ({ params }) => {
        const wish = controlled(parsed(p.terminalOpenParams, params));
        const session =
          wish.sessionId === undefined ? undefined : await controlledSession(ports, wish.sessionId);
        const place = session && { cwd: session.cwd, session: session.id };
        return { id: await terminals().open(wish, place, client) };
      },
      [methods.terminal.attach]: async ({ params }) => {
        const { id } = parsed(p.terminalAttachParams, params);
        leave(id);
        const view = terminals().view(id, client, {
          output: (output) => notify(methods.terminal.output, { id, ...output }),
          anew: (screen) => notify(methods.terminal.screen, { id, ...screen }),
        });
        // The client left while its wish was worked on.
        if (store.disposed) view.dispose();
        else views.set(id, view);
        // What follows must not overtake this answer.
        setImmediate(() => view.start());
        return view.first;
      },
      [methods.terminal.detach]: async ({ params }) => {
        leave(parsed(p.terminalParams, params).id);
        return {};
      },
      [methods.terminal.input]: async ({ params }) => {
        // Its answer is for what is long: the next piece may come.
        await input(params);
        return {};
      },
      [methods.terminal.resize]: async ({ params }) => {
        resize(params);
        return {};
      },
      [methods.terminal.close]: async ({ params }) => {
        const { id } = controlled(parsed(p.terminalParams, params));
        await terminals().close(id);
        return {};
      },
    },
  };
}
