/** The core's door: what extension and CLI load on first use, bundled as one file of its own. */
export { runDemoAgent } from '../agent/demo/demo-agent.ts';
export { diagnose, summary } from './diagnose/diagnose.ts';
export { startOwnRelay } from '../relay/own-relay.ts';
export { DeskTerminals } from './desk/desk-terminals.ts';
export { agentsHere } from './agents-here.ts';
export { listSessions } from './list-sessions.ts';
export { createRemoteHost } from './remote-host.ts';
export { installedTunnels } from './tunnel-programs.ts';
