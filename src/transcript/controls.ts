/** What can be set on an agent, as one list: its modes, its model, how long it thinks, and all other options. */
import type { Raw } from './items.ts';

export interface ControlValue {
  value: string;
  name: string;
  description: string | undefined;
  /** The agent's own heading above it. */
  group: string | undefined;
  /** It lets the agent act without asking; the host says which do. */
  risky: boolean;
}

interface ControlBase {
  /** Unique: `mode`, or `option:` and the option's id. */
  key: string;
  /** Undefined: the session's mode. */
  option: string | undefined;
  name: string;
  description: string | undefined;
}
export type Control =
  | (ControlBase & { kind: 'select'; current: string; values: ControlValue[] })
  /** `risky`: turned on. */
  | (ControlBase & { kind: 'switch'; current: boolean; risky: boolean })
  /** A kind that this version does not know: shown with its value, as text. */
  | (ControlBase & { kind: 'unknown'; current: string });

const record = (value: unknown): Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : {};
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** ACP's categories, in the order in which they are asked for most. */
const order = ['mode', 'model', 'thought_level'];

/**
 * `modes`: ACP's SessionModeState; `options`: its SessionConfigOption, also of kinds not known yet; `modeName`: what the
 * surface calls the modes.
 */
export function controlsOf(modes: Raw | null, options: readonly Raw[] | null, modeName: string): Control[] {
  const mode = modeControl(modes, modeName);
  const rank = (option: Raw) => {
    const at = order.indexOf(String(option['category']));
    return at === -1 ? order.length : at;
  };
  const others = [...(options ?? [])]
    .sort((a, b) => rank(a) - rank(b))
    .filter((option) => !(mode && isTheMode(option)))
    .flatMap((option) => optionControl(option) ?? []);
  return mode ? [mode, ...others] : others;
}

/** An option that stands for the modes is shown once. */
const isTheMode = (option: Raw) => option['category'] === 'mode';

function modeControl(modes: Raw | null, name: string): Control | undefined {
  const values = list(modes?.['availableModes']).flatMap(
    (one) => valueOf(record(one), 'id', undefined) ?? [],
  );
  const current = text(modes?.['currentModeId']);
  if (values.length === 0 || current === undefined) return undefined;
  return {
    ...{ kind: 'select', key: 'mode', option: undefined, name, description: undefined },
    ...{ current, values: withCurrent(values, current) },
  };
}

function optionControl(option: Raw): Control | undefined {
  const id = text(option['id']);
  if (id === undefined) return undefined;
  const base = {
    ...{ key: `option:${id}`, option: id, name: text(option['name']) ?? id },
    description: text(option['description']),
  };
  const current = option['currentValue'];
  if (option['type'] === 'boolean' && typeof current === 'boolean')
    return { ...base, kind: 'switch', current, risky: isRisky(option) };
  const values = list(option['options'])
    .map(record)
    .flatMap((one) =>
      Array.isArray(one['options'])
        ? one['options'].flatMap((inner) => valueOf(record(inner), 'value', text(one['name'])) ?? [])
        : (valueOf(one, 'value', undefined) ?? []),
    );
  // A later kind that offers values is still a choice among them.
  if (typeof current === 'string' && values.length > 0)
    return { ...base, kind: 'select', current, values: withCurrent(values, current) };
  return { ...base, kind: 'unknown', current: shown(current) };
}

function valueOf(raw: Raw, key: string, group: string | undefined): ControlValue | undefined {
  const value = text(raw[key]);
  if (value === undefined) return undefined;
  const description = text(raw['description']);
  return { value, name: text(raw['name']) ?? value, description, group, risky: isRisky(raw) };
}

/** A current value that the agent does not list is shown all the same. */
function withCurrent(values: ControlValue[], current: string): ControlValue[] {
  if (values.some(({ value }) => value === current)) return values;
  return [
    ...values,
    { value: current, name: current, description: undefined, group: undefined, risky: false },
  ];
}

function isRisky(raw: Raw): boolean {
  return record(record(raw['_meta'])['offdesk'])['risky'] === true;
}

/** A value of an unknown kind, in a line. */
const shownChars = 200;
function shown(value: unknown): string {
  const words = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return words.slice(0, shownChars);
}

/** The name of what is set now. */
export function currentName(control: Control): string {
  if (control.kind === 'select')
    return control.values.find(({ value }) => value === control.current)?.name ?? control.current;
  return String(control.current);
}

/** What stands on the button that opens them: mode and model, as the agent names them. */
export function summaryOf(controls: readonly Control[], options: readonly Raw[] | null): string[] {
  const model = options?.find((option) => option['category'] === 'model')?.['id'];
  const named = controls.filter(
    ({ key, option }) => key === 'mode' || (option !== undefined && option === model),
  );
  return named.map(currentName);
}
