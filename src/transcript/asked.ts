/** What a permission request asks, read from what agents send: exact command, changes, paths, folder. */
import { asArray, asRecord } from './raw.ts';
import type { Item, QuestionItem, Raw, ToolContent, ToolItem } from './items.ts';
import { pathsIn } from './written.ts';

export interface PermissionOption {
  optionId: string;
  /** As the agent names it. */
  name: string;
  kind: 'allow_once' | 'allow_always' | 'reject_once' | 'reject_always';
}

/** A kind of tool call (ACP's), or what is known better: a command, a plan. */
export type AskedKind = string;

export interface Asked {
  asks: AskedKind;
  /** The command, address or path, exactly as it came. */
  exact: string | undefined;
  diffs: Extract<ToolContent, { type: 'diff' }>[];
  /** A unified diff that came as text. */
  patch: string | undefined;
  paths: string[];
  /** What the agent intends to do, Markdown. */
  plan: string | undefined;
  /** Whose page it is, where `exact` is an address. */
  host: string | undefined;
  /** What else the tool is given, as JSON; nothing beside a change, a plan or the command of the agent's own shell. */
  input: string | undefined;
  /** So many characters of it are left out. */
  inputCut: number;
  /** The agent's own words, where they say more than the rest. */
  note: string | undefined;
  folder: string;
}

const optionKinds = ['allow_once', 'allow_always', 'reject_once', 'reject_always'] as const;

const record = (value: unknown): Raw => asRecord(value) ?? {};
const list = (value: unknown): readonly unknown[] => asArray(value) ?? [];
const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** In the agent's order. */
export function optionsOf(request: Raw | null): PermissionOption[] {
  return list(request?.['options']).flatMap((option) => {
    const { optionId, name, kind } = record(option);
    if (typeof optionId !== 'string') return [];
    // An unknown kind is treated as lasting, the more careful reading.
    const known = optionKinds.find((candidate) => candidate === kind) ?? 'allow_always';
    return [{ optionId, name: text(name) ?? optionId, kind: known }];
  });
}

export function isLasting(option: PermissionOption): boolean {
  return option.kind === 'allow_always' || option.kind === 'reject_always';
}

/** `tool`: the call it is about, if shown; it fills what the request leaves out. */
export function readAsked(request: Raw | null, tool: ToolItem | undefined, cwd: string): Asked {
  const call = record(request?.['toolCall']);
  const raw = { ...record(tool?.rawInput), ...record(call['rawInput']) };
  const kind = text(call['kind']) ?? tool?.toolKind ?? 'other';
  const content = list(call['content']).map(record);
  const said = content.flatMap((part) =>
    part['type'] === 'content' ? [text(record(part['content'])['text'])] : [],
  );
  const callDiffs = content.flatMap((part) => (part['type'] === 'diff' ? [readDiff(part)] : []));
  const toolDiffs = (tool?.content ?? []).flatMap((part) => (part.type === 'diff' ? [part] : []));
  const diffs = callDiffs.length > 0 ? callDiffs : toolDiffs;
  const locations = [...list(call['locations']), ...(tool?.locations ?? [])];
  const named = pathsIn(raw);
  const paths = [...locations.map((location) => record(location)['path']), ...named].flatMap(
    (path) => text(path) ?? [],
  );
  const title = text(call['title']) ?? tool?.title;
  const command = commandOf(raw['command'] ?? raw['cmd']);
  const running = said.find((words) => words?.includes('Running: '))?.split('Running: ')[1];
  const url = text(raw['url']);
  const exact = command ?? url ?? running ?? (kind === 'execute' ? title : undefined);
  const patch = diffs.length === 0 ? text(raw['diff']) : undefined;
  const plan = text(raw['plan']) ?? (kind === 'switch_mode' ? planIn(said) : undefined);
  const shown = exact !== undefined || diffs.length > 0 || patch !== undefined || plan !== undefined;
  const note = said.find(
    (words) => words !== undefined && !isSaid(words, running, exact) && words.trim() !== plan?.trim(),
  );
  // An address or a line for some tool; what an agent's own shell is given beside its command changes little.
  const ofTool = kind !== 'execute' && diffs.length === 0 && patch === undefined && plan === undefined;
  const asks =
    running !== undefined || command !== undefined ? 'execute' : plan === undefined ? kind : 'plan';
  return {
    asks,
    exact: exact ?? (shown || paths.length > 0 ? undefined : title),
    diffs,
    patch,
    plan,
    paths: shown ? [] : [...new Set(paths)],
    host: exact === undefined || command !== undefined ? undefined : pageOf(exact)?.host,
    ...inputOf(shown ? (ofTool ? besides(raw, exact) : {}) : paths.length > 0 ? {} : raw),
    note: note ?? (shown ? text(raw['description']) : undefined),
    folder: text(raw['cwd']) ?? text(raw['workdir']) ?? cwd,
  };
}

/** Whether these words name the command that is shown, whole or cut short: another one must not hide behind it. */
function isSaid(words: string, running: string | undefined, exact: string | undefined): boolean {
  if (running === undefined || exact === undefined || !words.includes(running)) return false;
  const plain = (some: string): string => some.replace(/\s+/g, ' ').trim();
  return plain(exact).startsWith(plain(running.replace(/…\s*$/, '')));
}

/** The longest text is the plan: what stands beside it introduces it. */
function planIn(said: readonly (string | undefined)[]): string | undefined {
  const [longest] = said.flatMap((words) => words ?? []).sort((a, b) => b.length - a.length);
  return longest;
}

/** Undefined for everything but a web page. */
export function pageOf(address: string): URL | undefined {
  try {
    const url = new URL(address);
    return /^https?:$/.test(url.protocol) ? url : undefined;
  } catch {
    return undefined;
  }
}

/** So much of a tool's input is on the page; more is said to be there. */
const inputChars = 20_000;

/** What is shown by itself, beside what is `exact`ly so. */
const ownFields = new Set(['description', 'cwd', 'workdir']);

/** A tool with an address may send something there. */
function besides(raw: Raw, exact: string | undefined): Raw {
  const others = Object.entries(raw).filter(
    ([name, value]) => !ownFields.has(name) && commandOf(value) !== exact,
  );
  return Object.fromEntries(others);
}

function inputOf(raw: Raw): Pick<Asked, 'input' | 'inputCut'> {
  if (Object.keys(raw).length === 0) return { input: undefined, inputCut: 0 };
  const json = JSON.stringify(raw, null, 2);
  return { input: json.slice(0, inputChars), inputCut: Math.max(0, json.length - inputChars) };
}

function commandOf(value: unknown): string | undefined {
  const parts = list(value).flatMap((part) => text(part) ?? []);
  return parts.length > 0 ? parts.join(' ') : text(value);
}

function readDiff(part: Raw): Extract<ToolContent, { type: 'diff' }> {
  const { path, oldText, newText } = part;
  return {
    type: 'diff',
    path: text(path) ?? '',
    oldText: text(oldText) ?? null,
    newText: text(newText) ?? '',
  };
}

/** Which tool call a permission is about. */
export function toolCallOf(item: QuestionItem): string | undefined {
  return text(record(item.request?.['toolCall'])['toolCallId']);
}

/** How a question about a tool call stands, as far as the call is shown otherwise for it. */
export type ToolQuestion = 'open' | 'allowed' | 'rejected';

/** By tool call; the newest question counts. `shown`: the open one whose card is on the screen. */
export function questionsOfTools(
  items: readonly Item[],
  shown: QuestionItem | undefined,
): ReadonlyMap<string, ToolQuestion> {
  const found = new Map<string, ToolQuestion>();
  for (const item of items) {
    const id = item.kind === 'question' ? toolCallOf(item) : undefined;
    if (item.kind !== 'question' || id === undefined) continue;
    const stands = item.questionId === shown?.questionId ? 'open' : decisionOf(item);
    if (stands) found.set(id, stands);
    else found.delete(id);
  }
  return found;
}

function decisionOf({ state, request }: QuestionItem): 'allowed' | 'rejected' | undefined {
  if (state.kind !== 'answered' || !('outcome' in state.answer) || state.answer.outcome !== 'selected')
    return undefined;
  const { optionId } = state.answer;
  const option = optionsOf(request).find((one) => one.optionId === optionId);
  return option && (option.kind.startsWith('reject') ? 'rejected' : 'allowed');
}
