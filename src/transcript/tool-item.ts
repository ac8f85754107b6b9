/** Tool calls: fields that replace each other, diffs that stay, terminal output that grows. */
import type { Fact } from '../protocol/facts.ts';
import { limits } from '../protocol/limits.ts';
import type {
  AskedFields,
  QuestionItem,
  Raw,
  TerminalKnown,
  ToolContent,
  ToolFields,
  ToolItem,
  ToolKnown,
  ToolStatus,
} from './items.ts';
import {
  asArray,
  asBlock,
  asNumber,
  asRecord,
  asString,
  blockText,
  oneOf,
  parentOf,
  readable,
} from './raw.ts';
import { inputIn, writtenBy } from './written.ts';
import { base, joinBase } from './text-items.ts';

const nothing: ToolKnown = { own: {}, asked: [], terminals: {}, ended: null };

/** ACP tool_call and tool_call_update. */
export function tool(id: string, fact: Fact, raw: Raw, old: ToolItem | undefined): ToolItem {
  const known = old?.known ?? nothing;
  const { own } = known;
  return view(shellOf(id, fact, raw, old), {
    ...known,
    own: { ...own, ...fieldsOf(raw), since: own.since ?? fact.seq, seq: fact.seq },
    terminals: terminalsOf(raw, known.terminals),
  });
}

/** `raw`: a permission request's `toolCall`. */
export function askedTool(
  id: string,
  fact: Pick<Fact, 'seq' | 'at'>,
  raw: Raw,
  old: ToolItem | undefined,
): ToolItem {
  const known = old?.known ?? nothing;
  const asked = joinAsked(known.asked, [{ ...fieldsOf(raw), since: fact.seq }]);
  return view(shellOf(id, fact, raw, old), { ...known, asked });
}

/** The call that an ACP permission request is about. */
export function askedAbout(request: Raw | null): { id: string; raw: Raw } | undefined {
  const raw = asRecord(request?.['toolCall']);
  const toolCallId = asString(raw?.['toolCallId']);
  return raw && toolCallId !== undefined ? { id: `t:${toolCallId}`, raw } : undefined;
}

/** The call with what this question about it says, which a client may have without the call's other facts. */
export function withQuestion(item: ToolItem, { request, since, at }: QuestionItem): ToolItem {
  const about = askedAbout(request);
  if (about?.id !== item.id || hasAsked(item, since)) return item;
  return joinTool(askedTool(item.id, { seq: since, at }, about.raw, undefined), item);
}

export function hasAsked({ known }: ToolItem, seq: number): boolean {
  return known.asked.some(({ since }) => since === seq);
}

function shellOf(
  id: string,
  fact: Pick<Fact, 'seq' | 'at' | 'first' | 'until'>,
  raw: Raw,
  old: ToolItem | undefined,
): Shell {
  return { ...base(id, fact, old), kind: 'tool', toolCallId: asString(raw['toolCallId']) ?? id };
}

/** The call after the turn ended at `seq`: what is still open then was left open. */
export function endTool(item: ToolItem, seq: number): ToolItem {
  const { ended } = item.known;
  return ended === null || ended > seq ? view(item, { ...item.known, ended: seq }) : item;
}

/** The call again from what the fold knows of it, all else follows from that. */
export function toolOf(shell: Shell, known: ToolKnown): ToolItem {
  return view(shell, known);
}

/**
 * One call of which each of the two holds a part, or one of them all that the other has. Where a turn's end is known
 * that is earlier, it is for the caller to set.
 */
export function joinTool(a: ToolItem, b: ToolItem): ToolItem {
  const startOf = ({ known }: ToolItem) => known.own.since ?? Infinity;
  const [older, newer] = startOf(a) <= startOf(b) ? [a, b] : [b, a];
  const ended = Math.min(a.known.ended ?? Infinity, b.known.ended ?? Infinity);
  return view(
    { ...joinBase(a, b), kind: 'tool', toolCallId: b.toolCallId },
    {
      ...joinOwn(older.known, newer.known),
      asked: joinAsked(a.known.asked, b.known.asked),
      ended: ended === Infinity ? null : ended,
    },
  );
}

/** `older` begins earlier, or at the same update. */
function joinOwn(older: ToolKnown, newer: ToolKnown): Pick<ToolKnown, 'own' | 'terminals'> {
  const [a, b] = [older.own, newer.own];
  if (b.seq === undefined || (a.seq ?? 0) >= b.seq) return older;
  if (a.since === undefined || a.since === b.since) return newer;
  const terminals = { ...older.terminals };
  for (const [id, terminal] of Object.entries(newer.terminals)) {
    const before = terminalOf(terminals, id);
    terminals[id] = before && !terminal.begun ? joinTerminal(before, terminal) : terminal;
  }
  return { own: { ...a, ...b, since: a.since }, terminals };
}

/** Each request once, in the order in which they came. */
function joinAsked(a: readonly AskedFields[], b: readonly AskedFields[]): readonly AskedFields[] {
  const more = b.filter(({ since }) => !a.some((known) => known.since === since));
  return more.length === 0 ? a : [...a, ...more].sort((x, y) => x.since - y.since);
}

function joinTerminal(older: TerminalKnown, newer: TerminalKnown): TerminalKnown {
  return {
    output: keepEnd(older.output + newer.output),
    exit: newer.exit ?? older.exit,
    begun: older.begun,
  };
}

export type Shell = Pick<
  ToolItem,
  'id' | 'since' | 'seq' | 'place' | 'at' | 'updatedAt' | 'kind' | 'toolCallId'
>;

/** The item as it is shown. The tool's own word goes before what a permission request said about it. */
function view(shell: Shell, known: ToolKnown): ToolItem {
  const { own } = known;
  const asked: ToolFields = Object.assign({}, ...known.asked) as ToolFields;
  const { id, since, seq, place, at, updatedAt, kind, toolCallId } = shell;
  const rawOutput = own.rawOutput ?? asked.rawOutput;
  const toolKind = own.kind ?? asked.kind ?? 'other';
  const said = inputIn(own);
  const rawInput = own.rawInput ?? asked.rawInput ?? said;
  const told = said && isSame(said, rawInput) ? { ...known, own: { ...own, content: [] } } : known;
  const content = withChange(contentOf(told, asked), writtenBy(toolKind, rawInput));
  const parent = own.parent ?? asked.parent;
  return {
    ...{ id, since, seq, place, at, updatedAt, kind, toolCallId, toolKind },
    title: own.title || asked.title || own.name || asked.name || toolKind,
    status: statusOf(own.status ?? asked.status, known.ended),
    content,
    locations: own.locations?.length ? own.locations : (asked.locations ?? []),
    rawInput,
    rawOutput,
    output: outputOf(told, content, rawOutput),
    ...(parent === undefined || parent === toolCallId ? {} : { parent }),
    known,
  };
}

/** Both come from one text of the agent, so that their fields are in one order. */
const isSame = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

function statusOf(status: string | undefined, ended: number | null): ToolStatus {
  const known = oneOf(['pending', 'in_progress', 'completed', 'failed', 'cancelled'], status) ?? 'pending';
  return ended !== null && (known === 'pending' || known === 'in_progress') ? 'cancelled' : known;
}

function contentOf({ own, terminals }: ToolKnown, asked: ToolFields): readonly ToolContent[] {
  const parts = (own.content ?? asked.content ?? []).map((part) =>
    part.type === 'terminal' ? { ...part, ...shown(terminalOf(terminals, part.terminalId)) } : part,
  );
  const kept = parts.some((part) => part.type === 'diff') ? [] : (own.diffs ?? asked.diffs ?? []);
  const placed = new Set(parts.map((part) => (part.type === 'terminal' ? part.terminalId : '')));
  const loose = Object.entries(terminals)
    .filter(([terminalId]) => !placed.has(terminalId))
    .map(([terminalId, terminal]) => ({ type: 'terminal' as const, terminalId, ...shown(terminal) }));
  return [...kept, ...parts, ...loose];
}

/** The agent's own diff goes before what its input says. */
function withChange(
  content: readonly ToolContent[],
  change: ToolContent | undefined,
): readonly ToolContent[] {
  return !change || content.some((part) => part.type === 'diff') ? content : [change, ...content];
}

function shown(terminal: TerminalKnown | undefined) {
  return { output: terminal?.output ?? '', exit: terminal?.exit ?? null };
}

/**
 * Terminals first, then texts (what a permission request says is no output); else what rawOutput says, which
 * each agent shapes in its own way.
 */
function outputOf(known: ToolKnown, content: readonly ToolContent[], rawOutput: unknown): string {
  const terminals = content.flatMap((part) => (part.type === 'terminal' && part.output ? [part.output] : []));
  if (terminals.length > 0) return terminals.join('\n');
  const texts =
    known.own.content?.flatMap((part) => (part.type === 'text' ? [unfenced(part.text)] : [])) ?? [];
  if (texts.length > 0) return texts.join('\n');
  if (rawOutput === undefined || rawOutput === null) return '';
  const record = asRecord(rawOutput);
  const said = ['output', 'content', 'message', 'error'].map((key) => asString(record?.[key]));
  return said.find((text) => text !== undefined) ?? asString(rawOutput) ?? readable(rawOutput);
}

/** Claude wraps plain output in a Markdown fence. */
function unfenced(text: string): string {
  return /^(`{3,})[^`\n]*\n([\s\S]*)\n\1\s*$/.exec(text)?.[2] ?? text;
}

/** Only what the update names; null means "no change" (ACP ToolCallUpdate). */
function fieldsOf(raw: Raw): ToolFields {
  const title = asString(raw['title']);
  const name = asString(raw['name']);
  const kind = asString(raw['kind']);
  // The host closes what an agent left open: ACP has no status for that.
  const leftOpen = asRecord(asRecord(raw['_meta'])?.['offdesk'])?.['leftOpen'] === true;
  const status = leftOpen ? 'cancelled' : asString(raw['status']);
  const content = asArray(raw['content'])?.map(partOf);
  const diffs = content?.filter((part) => part.type === 'diff') ?? [];
  const locations = asArray(raw['locations'])?.flatMap((value) => {
    const path = asString(asRecord(value)?.['path']);
    return path === undefined ? [] : [{ path, line: asNumber(asRecord(value)?.['line']) ?? null }];
  });
  const { rawInput, rawOutput } = raw;
  const parent = parentOf(raw);
  return {
    ...(parent === undefined ? {} : { parent }),
    ...(title ? { title } : {}),
    ...(name ? { name } : {}),
    ...(kind ? { kind } : {}),
    ...(status ? { status } : {}),
    ...(content ? { content: content.filter((part) => part.type !== 'text' || part.text !== '') } : {}),
    ...(diffs.length > 0 ? { diffs } : {}),
    ...(locations ? { locations } : {}),
    ...(rawInput === undefined || rawInput === null ? {} : { rawInput }),
    ...(rawOutput === undefined || rawOutput === null ? {} : { rawOutput }),
  };
}

function partOf(value: unknown): ToolContent {
  const part = asRecord(value);
  const path = asString(part?.['path']);
  const newText = asString(part?.['newText']);
  if (part?.['type'] === 'diff' && path !== undefined && newText !== undefined) {
    return { type: 'diff', path, oldText: asString(part['oldText']) ?? null, newText };
  }
  const terminalId = asString(part?.['terminalId']);
  if (part?.['type'] === 'terminal' && terminalId !== undefined) {
    return { type: 'terminal', terminalId, output: '', exit: null };
  }
  const block = part?.['type'] === 'content' ? asBlock(part['content']) : asBlock(part);
  const text = blockText(block);
  if (text !== undefined) return { type: 'text', text };
  return block ? { type: 'block', block } : { type: 'text', text: readable(value) };
}

/** Ids are the agent's: one may be called as something that every object has. */
function terminalOf(terminals: ToolKnown['terminals'], id: string): TerminalKnown | undefined {
  return Object.hasOwn(terminals, id) ? terminals[id] : undefined;
}

/**
 * Output that comes beside the content: `_meta.terminal_info` begins a terminal, `terminal_output` and
 * `terminal_output_delta` add to it, `terminal_exit` ends it (a convention of Zed, Claude and Codex).
 */
function terminalsOf(raw: Raw, before: ToolKnown['terminals']): ToolKnown['terminals'] {
  const meta = asRecord(raw['_meta']);
  if (!meta) return before;
  let terminals = before;
  const change = (value: unknown, next: (old: TerminalKnown, entry: Raw) => TerminalKnown): void => {
    const entry = asRecord(value);
    const id = asString(entry?.['terminal_id']);
    if (!entry || id === undefined) return;
    const old = terminalOf(terminals, id) ?? { output: '', exit: null, begun: false };
    terminals = { ...terminals, [id]: next(old, entry) };
  };
  change(meta['terminal_info'], () => ({ output: '', exit: null, begun: true }));
  for (const key of ['terminal_output', 'terminal_output_delta']) {
    change(meta[key], (old, entry) => ({
      ...old,
      output: keepEnd(old.output + (asString(entry['data']) ?? '')),
    }));
  }
  change(meta['terminal_exit'], (old, entry) => ({
    ...old,
    exit: { code: asNumber(entry['exit_code']) ?? null, signal: asString(entry['signal']) ?? null },
  }));
  return terminals;
}

/** Cuts rarely, so that a long output is not copied for each part of it. */
function keepEnd(text: string): string {
  return text.length > 2 * limits.terminalChars ? text.slice(-limits.terminalChars) : text;
}
