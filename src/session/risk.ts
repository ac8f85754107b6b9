/** Modes and option values that let an agent act without asking: marked in one place, for every surface and agent. */
import { riskMeta } from '../protocol/methods.ts';
import type { Origin } from '../protocol/facts.ts';
import { OffdeskError } from '../base/error.ts';
import { asArray, asRecord, asString } from '../transcript/raw.ts';

type Raw = Record<string, unknown>;

/**
 * The rule (docs/SPEC.md, P18): an id or a name that says one of these, however it is written. Descriptions don't
 * count: they also praise what is safe ("auto-approves safe operations"). Seen so far: Claude's `bypassPermissions`,
 * Copilot's `…#autopilot`, Gemini's and Kimi's `yolo`, Codex' `agent-full-access`.
 */
const riskyWords = [
  'bypass',
  'yolo',
  'autopilot',
  'fullaccess',
  'danger',
  'unrestricted',
  'autoapprove',
  'approveall',
  'allowall',
  'acceptall',
  'skippermission',
  'neverask',
  'dontask',
  'noapproval',
  'nosandbox',
];
/** Values that turn off an option which is risky by its own name. */
const harmless = /^(off|no|none|false|never|disabled?|ask|manual|default)$/i;

/** Of an id that is a URL (Copilot) what it ends with counts: the rest is an address. */
function saysRisk(...texts: unknown[]): boolean {
  return texts.some((text) => {
    const all = asString(text)?.toLowerCase() ?? '';
    const said = /^[a-z]+:\/\//.test(all) ? all.split(/[#/]/).at(-1)! : all;
    const letters = said.replace(/[^a-z]/g, '');
    return riskyWords.some((word) => letters.includes(word));
  });
}

/** `modes`: ACP's SessionModeState, or null. */
export function isRiskyMode(modes: Raw | null | undefined, modeId: string): boolean {
  const mode = asArray(modes?.['availableModes'])
    ?.map(asRecord)
    .find((one) => one?.['id'] === modeId);
  return saysRisk(modeId, mode?.['name']);
}

/** `configOptions`: ACP's SessionConfigOption. */
export function isRiskyValue(
  configOptions: readonly unknown[],
  configId: string,
  value: string | boolean,
): boolean {
  const option = configOptions.map(asRecord).find((one) => one?.['id'] === configId);
  if (typeof value === 'boolean') return value && saysRisk(configId, option?.['name']);
  const choice = choicesOf(option ?? {}).find((one) => one['value'] === value);
  return isRiskyChoice({ id: configId, name: option?.['name'] }, { value, name: choice?.['name'] });
}

function isRiskyChoice(option: Raw, choice: Raw): boolean {
  if (saysRisk(choice['value'], choice['name'])) return true;
  return saysRisk(option['id'], option['name']) && !harmless.test(String(choice['value']));
}

/** ACP: values, or groups of values. */
function choicesOf(option: Raw): Raw[] {
  return (asArray(option['options']) ?? []).map(asRecord).flatMap((one) => {
    const inner = asArray(one?.['options']);
    return inner ? inner.map(asRecord).filter((each) => each !== undefined) : one ? [one] : [];
  });
}

/** The same with `_meta.offdesk.risky` at each mode that is; the same object where none is. */
export function markModes<T extends Raw | null>(modes: T): T {
  const all = asArray(modes?.['availableModes']);
  if (!modes || !all) return modes;
  return marked(modes, 'availableModes', all, (mode) =>
    saysRisk(mode['id'], mode['name']) ? withMark(mode) : mode,
  );
}

/** The same at each value of an option, or at an option to be turned on. */
export function markOptions<T extends Raw>(configOptions: T[]): T[] {
  const all = configOptions.map((option) => (asRecord(option) ? markOption(option) : option));
  return all.some((option, i) => option !== configOptions[i]) ? all : configOptions;
}

function markOption<T extends Raw>(option: T): T {
  const values = asArray(option['options']);
  if (!values) return saysRisk(option['id'], option['name']) ? withMark(option) : option;
  const mark = (one: Raw): Raw => {
    const inner = asArray(one['options']);
    if (inner) return marked(one, 'options', inner, mark);
    return isRiskyChoice(option, one) ? withMark(one) : one;
  };
  return marked(option, 'options', values, mark);
}

function marked<T extends Raw>(whole: T, key: string, list: readonly unknown[], mark: (one: Raw) => Raw): T {
  const all = list.map((one) => {
    const known = asRecord(one);
    return known ? mark(known) : one;
  });
  return all.some((one, i) => one !== list[i]) ? { ...whole, [key]: all } : whole;
}

function withMark<T extends Raw>(one: T): T {
  const meta = asRecord(one['_meta']);
  const offdesk = { ...asRecord(meta?.['offdesk']), ...riskMeta.parse({ risky: true }) };
  return { ...one, _meta: { ...meta, offdesk } };
}

/** Throws `confirmation_needed` where a client that is not at the desk did not say that its user was told. */
export function requireConfirmation(risky: boolean, origin: Origin, confirmed: boolean): void {
  if (!risky || confirmed || origin.kind === 'desk' || origin.kind === 'host') return;
  throw new OffdeskError(
    'confirmation_needed',
    'With this the agent acts without asking.',
    'Confirm that you want that.',
  );
}
