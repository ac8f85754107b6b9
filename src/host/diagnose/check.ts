/** What Diagnose looks at: checks that each find something, in words for the user. */
import type { Translate } from '../../base/translate.ts';
import type { HostStatus } from '../../protocol/host-status.ts';
import type { HostSettings } from '../api.ts';

export interface Finding {
  verdict: 'ok' | 'warning' | 'problem';
  /** A sentence or two. */
  message: string;
  /** What to do, a sentence. */
  next?: string;
}

export interface Check {
  title: string;
  /** What it says to a rejection is a finding, too; it may go on for a while after `signal`. */
  run(signal: AbortSignal): Promise<Finding[]>;
}

/** What the checks look at, given by the shell. */
export interface DiagnosePorts {
  t: Translate;
  settings: HostSettings;
  /** Of the host of this window or process; undefined where none was made. */
  status: HostStatus | undefined;
  machineFolder: string;
  /** As in HostPorts. */
  terminalPath: string | undefined;
  env: NodeJS.ProcessEnv;
  /** Proxy settings of the shell besides the environment's, name and value. */
  proxies: [string, string][];
  /** Whether what is set there is used for Offdesk's own connections. */
  proxiesUsed: boolean;
  /** Programs and their versions besides Offdesk, Node and the system. */
  versions: [string, string][];
  /** Why no host may run here, a sentence. */
  forbidden: string | undefined;
  /** Never shown, wherever they turn up. */
  secrets: string[];
}
