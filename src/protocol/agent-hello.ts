/** What Offdesk says of itself as an ACP agent: the same at the host and behind `offdesk attach`. */
import { BUILD } from './version.ts';

/** ACP's InitializeResponse. */
export function agentHello() {
  return {
    protocolVersion: 1,
    agentInfo: { name: 'offdesk', title: 'Offdesk', version: BUILD },
    agentCapabilities: {
      loadSession: true,
      promptCapabilities: { image: true, embeddedContext: true },
      sessionCapabilities: { list: {}, resume: {} },
    },
    authMethods: [],
  };
}
