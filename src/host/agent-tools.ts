/** What agents use of this host: terminals that people see, and text files as they are in the editor. */
import type { ClientTools } from '../agent/client-tools.ts';
import { AgentFiles } from './agent-files.ts';
import type { AllowedFolders } from './allowed-folders.ts';
import type { HostPorts } from './api.ts';
import type { HostTerminals } from './terminals.ts';

/** Of a session. */
export type ToolsOf = (session: { id: string; cwd: string }) => ClientTools;

export function agentTools(ports: HostPorts, terminals: HostTerminals, allowed: AllowedFolders): ToolsOf {
  return ({ id: session, cwd }) => ({
    files: new AgentFiles(ports, allowed),
    terminals: {
      available: () => terminals.available(),
      open: (wish) => terminals.openForAgent({ ...wish, cwd: wish.cwd ?? cwd }, session),
      close: (id) => terminals.close(id),
    },
  });
}
