/** Modes of an agent that has a config option for them instead (opencode): users see the same either way. */
import type { RawUpdate } from '../protocol/facts.ts';

export interface ModeOption {
  /** Of the config option that stands for the modes. */
  configId: string;
  /** ACP's SessionModeState. */
  modes: { currentModeId: string; availableModes: { id: string; name: string; description?: string }[] };
}

/** `configOptions`: ACP's SessionConfigOption. The first choice among several is the one called a mode. */
export function modeOption(configOptions: readonly unknown[] | null | undefined): ModeOption | undefined {
  const option = configOptions?.map(record).find(({ category }) => category === 'mode');
  if (!option) return undefined;
  const { id, currentValue, options } = option;
  if (typeof id !== 'string' || typeof currentValue !== 'string' || !Array.isArray(options)) return undefined;
  // ACP: values, or groups of values.
  const values = options
    .map(record)
    .flatMap((one) => (Array.isArray(one['options']) ? one['options'] : [one]));
  const availableModes = values.map(record).flatMap(({ value, name, description }) => {
    if (typeof value !== 'string') return [];
    const said = typeof description === 'string' ? { description } : {};
    return [{ id: value, name: typeof name === 'string' ? name : value, ...said }];
  });
  return { configId: id, modes: { currentModeId: currentValue, availableModes } };
}

/** What an agent with modes would have said about these options. */
export function modeUpdate(configOptions: readonly unknown[] | null | undefined): RawUpdate | undefined {
  const option = modeOption(configOptions);
  return option && { sessionUpdate: 'current_mode_update', currentModeId: option.modes.currentModeId };
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
