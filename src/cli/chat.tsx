/** @jsxImportSource react */
/** `offdesk chat --remote-control`: the conversation in the terminal and on paired devices at once. */
import { stat } from 'node:fs/promises';
import { render } from 'ink';
import { systemClock } from '../base/clock.ts';
import { disposable, type Disposable } from '../base/disposable.ts';
import { OffdeskError, type ErrorCode } from '../base/error.ts';
import type { RemoteHost, SessionWish } from '../host/api.ts';
import { ChatView } from './chat/chat-view.tsx';
import { Conversation } from './chat/conversation.ts';
import { pipe } from '../host/desk/pipe.ts';
import { Screen } from './chat/screen.ts';
import { HostPeer } from './client/host-peer.ts';

export interface ChatPorts {
  cwd: string;
  /** An earlier session to go on with. */
  session: SessionWish | undefined;
  createHost(): RemoteHost;
}

/** Resolves when its user has quit; the session is over then. */
export async function chat({ cwd, session, createHost }: ChatPorts): Promise<void> {
  if (!process.stdin.isTTY || !process.stdout.isTTY || process.env['TERM'] === 'dumb') {
    throw new OffdeskError(
      'settings_invalid',
      'A conversation needs a terminal that can be drawn in, and keys from it.',
      'Without one use: offdesk remote-control --json',
    );
  }
  const folder = await stat(cwd).catch(() => undefined);
  if (!folder?.isDirectory()) {
    throw new OffdeskError('settings_invalid', `${cwd} is no folder.`, 'Name one with --cwd.');
  }
  const host = createHost();
  const [here, there] = pipe();
  const served = host.connectDesk(there);
  const peer = new HostPeer(systemClock);
  const conversation = new Conversation(peer);
  let back = true;
  let quit!: () => void;
  const over = new Promise<void>((resolve) => {
    quit = () => {
      back = false;
      resolve();
    };
    process.once('SIGINT', quit);
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  const ended = new Promise<never>((_, reject) => {
    host.onStatus(({ state, error }) => {
      if (error && (state === 'error' || state === 'off'))
        reject(new OffdeskError(error.code as ErrorCode, error.message, error.next));
    });
  });
  const start = async (): Promise<void> => {
    if (!session) return host.start({ invite: true });
    await host.start({ invite: false, session });
    await host.createInvite();
  };
  peer.use(here);
  const drawing = drawn(conversation, new Screen(conversation, quit));
  try {
    await Promise.race([start().then(() => over), over, ended]);
  } finally {
    drawing.dispose();
    process.once('SIGINT', () => process.exit(1));
    conversation.dispose();
    peer.dispose();
    served.dispose();
    await (back ? host.suspend() : host.stop());
    process.stdin.destroy();
  }
}

/** Between two looks at a window that is being resized. */
const resizeMs = 80;
/** Screen and what was scrolled off it: both were wrapped for another width. */
const clearAll = '\u001b[2J\u001b[3J\u001b[H';

/** On the terminal; all of it anew after each change of its size. */
function drawn(chat: Conversation, screen: Screen): Disposable {
  const coloured = !process.env['NO_COLOR'];
  let times = 0;
  const view = () => <ChatView chat={chat} screen={screen} coloured={coloured} drawn={times} />;
  const shown = render(view(), { exitOnCtrlC: false });
  let soon: Disposable | undefined;
  const resized = (): void => {
    soon?.dispose();
    soon = systemClock.after(resizeMs, () => {
      process.stdout.write(clearAll);
      times++;
      shown.rerender(view());
    });
  };
  process.stdout.on('resize', resized);
  return disposable(() => {
    process.stdout.off('resize', resized);
    soon?.dispose();
    shown.unmount();
  });
}
