/** The webview's entry: the desk's surface on VS Code's messages. */
import '../jitless.ts';
import '../style/shared.css';
import '../style/desk.css';
import { render } from 'preact';
import { systemClock } from '../../base/clock.ts';
import { HostClient } from '../client/host-client.ts';
import { speak } from '../language.ts';
import { strings } from '../strings.ts';
import { nextFrame } from '../views/frame.ts';
import { loadMarkdown } from '../views/markdown-loader.ts';
import { SurfaceContext } from '../views/surface.ts';
import { DeskApp } from './desk-app.tsx';
import { DeskHost } from './desk-host.ts';
import { postMessageTransport, webviewKeep, type VsCodeApi } from './transport.ts';

declare function acquireVsCodeApi(): VsCodeApi;

async function main(): Promise<void> {
  loadMarkdown();
  // The page comes with VS Code's language.
  await speak(document, [document.documentElement.lang]);
  const api = acquireVsCodeApi();
  const keep = webviewKeep(api);
  const host = new HostClient({ name: strings.theDesk, keep, clock: systemClock, frame: nextFrame });
  const connect = () => void host.connect(postMessageTransport(api, window));
  const root = document.getElementById('root') ?? document.body;

  const desk = new DeskHost(host);
  const openFile = (path: string, line: number | null) => void desk.openFile(path, line);

  render(
    <SurfaceContext.Provider value={{ kind: 'desk', keep, enterSends: true, openFile }}>
      <DeskApp host={host} desk={desk} onRetry={connect} />
    </SurfaceContext.Provider>,
    root,
  );
  connect();
}

void main();
