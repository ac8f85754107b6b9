/** The way from the webview to its extension: messages are strings posted to the frame's host and back. */
import { Emitter } from '../../base/emitter.ts';
import type { ErrorShape } from '../../base/error.ts';
import type { MessageTransport } from '../../protocol/transport.ts';
import type { Keep } from '../client/keep.ts';

/** What VS Code gives a webview once (`acquireVsCodeApi`). */
export interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

export function postMessageTransport(api: VsCodeApi, from: Window): MessageTransport {
  const messages = new Emitter<string>();
  const closing = new Emitter<ErrorShape | undefined>();
  let open = true;
  const onMessage = (event: MessageEvent<unknown>) => {
    if (typeof event.data === 'string') messages.fire(event.data);
  };
  from.addEventListener('message', onMessage);
  return {
    send(message) {
      if (open) api.postMessage(message);
    },
    onMessage: messages.event,
    onClose: closing.event,
    close(reason) {
      if (!open) return;
      open = false;
      from.removeEventListener('message', onMessage);
      closing.fire(reason);
      messages.dispose();
      closing.dispose();
    },
  };
}

/** Texts kept in the webview's state, which VS Code gives back when the view is made again. */
export function webviewKeep(api: VsCodeApi): Keep {
  const read = (): { [key: string]: string } => {
    const state = api.getState();
    return typeof state === 'object' && state !== null ? { ...(state as { [key: string]: string }) } : {};
  };
  return {
    get: (key) => read()[key],
    set(key, value) {
      const state = read();
      if (value === undefined) delete state[key];
      else state[key] = value;
      api.setState(state);
    },
    keys: (prefix) => Object.keys(read()).filter((key) => key.startsWith(prefix)),
    clear: () => api.setState({}),
  };
}
