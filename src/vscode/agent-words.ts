/** What the list of agents says of each: its version, its login, or how to get it. */
import type { AgentHere, AgentDetails } from '../host/agents-here.ts';
import type { Translate } from '../base/translate.ts';

export interface AgentWords {
  label: string;
  description: string;
  detail?: string;
}

/** `details`: undefined until it has answered. */
export function agentWords(
  { title, path, install, login }: Pick<AgentHere, 'title' | 'path' | 'install' | 'login'>,
  details: AgentDetails | undefined,
  t: Translate,
): AgentWords {
  if (path === undefined) return { label: title, description: t('not installed'), detail: install };
  if (!details) return { label: title, description: t('installed') };
  const { version } = details;
  const label = version === undefined ? title : `${title} ${version}`;
  switch (details.login) {
    case 'in':
      return { label, description: t('logged in') };
    case 'out':
      return { label, description: t('not logged in'), detail: login };
    case 'unknown':
      return { label, description: t('installed') };
  }
}
