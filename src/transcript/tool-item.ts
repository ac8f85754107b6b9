/** Tool calls: fields that replace each other, diffs that stay, terminal output that grows. */
import type { Fact } from '../protocol/facts.ts';
import { limits } from '../protocol/limits.ts';
import type {
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
import { base, joinBase } from './text-items.ts';

const nothing: ToolKnown = { own: {}, asked: {}, terminals: {}, ended: null };

/** ACP tool_call and tool_call_update. `raw` is also a permission request's `toolCall` where `asked`. */
export function tool(
  id: string,
  fact: Fact,
  raw: Raw,
  old: ToolItem | undefined,
  from: 'own' | 'asked',
): ToolItem {
  const known = old?.known ?? nothing;
  const before = known[from];
  const toolCallId = asString(raw['toolCallId']) ?? id;
  return view(
    { ...base(id, fact, old), kind: 'tool', toolCallId },
    {
      ...known,
      [from]: { ...before, ...fieldsOf(raw), since: before.since ?? fact.seq },
      terminals: from === 'own' ? terminalsOf(raw, known.terminals) : known.terminals,
    },
  );
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

/** `ended` is for the caller to set: of the first turn that ended after the call began. */
export function joinTool(older: ToolItem, newer: ToolItem): ToolItem {
  const terminals = { ...older.known.terminals };
  for (const [id, terminal] of Object.entries(newer.known.terminals)) {
    const before = terminalOf(terminals, id);
    terminals[id] = before && !terminal.begun ? joinTerminal(before, terminal) : terminal;
  }
  return view(
    { ...joinBase(older, newer), kind: 'tool', toolCallId: newer.toolCallId },
    {
      own: joinFields(older.known.own, newer.known.own),
      asked: joinFields(older.known.asked, newer.known.asked),
      terminals,
      ended: null,
    },
  );
}

function joinFields(older: ToolFields, newer: ToolFields): ToolFields {
  return { ...older, ...newer, ...(older.since === undefined ? {} : { since: older.since }) };
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
  const { own, asked } = known;
  const { id, since, seq, place, at, updatedAt, kind, toolCallId } = shell;
  const rawOutput = own.rawOutput ?? asked.rawOutput;
  const content = contentOf(known);
  const toolKind = own.kind ?? asked.kind ?? 'other';
  const parent = own.parent ?? asked.parent;
  return {
    ...{ id, since, seq, place, at, updatedAt, kind, toolCallId, toolKind },
    title: own.title || asked.title || own.name || asked.name || toolKind,
    status: statusOf(own.status ?? asked.status, known.ended),
    content,
    locations: own.locations?.length ? own.locations : (asked.locations ?? []),
    rawInput: own.rawInput ?? asked.rawInput,
    rawOutput,
    output: outputOf(known, content, rawOutput),
    ...(parent === undefined || parent === toolCallId ? {} : { parent }),
    known,
  };
}

function statusOf(status: string | undefined, ended: number | null): ToolStatus {
  const known = oneOf(['pending', 'in_progress', 'completed', 'failed', 'cancelled'], status) ?? 'pending';
  return ended !== null && (known === 'pending' || known === 'in_progress') ? 'cancelled' : known;
}

function contentOf({ own, asked, terminals }: ToolKnown): readonly ToolContent[] {
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
