/** Types of places.mjs. */
export interface Place {
  readonly kind: 'bed' | 'agents' | 'floor';
  readonly source: string;
  readonly folder: string;
  readonly given: boolean;
  readonly ready: boolean;
}
export const root: string;
export const cache: string;
export const stamp: string;
export const bed: Place;
export const agents: Place;
export const floor: Place;
export const node24: string;
export const serverMainBelow: (modules: string) => string;
export const vscodeServerMain: string;
export const vscodeNode: string;
export const vscodeReady: () => boolean;
export const claudeAgent: string;
export const opencodeAgent: string;
export const agentPrograms: Readonly<
  Record<'claude' | 'copilot' | 'gemini' | 'kimi' | 'codex' | 'opencode', string>
>;
export const chromiumPath: string;
