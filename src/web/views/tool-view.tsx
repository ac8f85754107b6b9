/** A tool call: what it does, how it stands, its changes, and its output folded. */
import type { ComponentChildren } from 'preact';
import { visible } from '../../base/unseen.ts';
import type { ToolContent, ToolItem, ToolStatus } from '../../transcript/items.ts';
import { strings } from '../strings.ts';
import { BlockView } from './block-view.tsx';
import { DiffCount, DiffView } from './diff-view.tsx';
import { FileName } from './file-name.tsx';
import { Icon, type IconName } from './icon.tsx';
import { diffOf } from './line-diff.ts';
import { OutputView } from './output-view.tsx';
import type { ToolQuestion } from '../../transcript/asked.ts';
import { useSurface } from './surface.ts';
import { ToolTerminal, useLiveTerminals } from './terminals-door.tsx';
import { shortPath, shortTitle } from './words.ts';

const kindIcons: { [kind: string]: IconName } = {
  read: 'file',
  edit: 'pencil',
  delete: 'trash',
  move: 'file',
  search: 'search',
  execute: 'terminal',
  think: 'lightbulb',
  fetch: 'globe',
};

type Shown = ToolStatus | 'rejected';

/**
 * A call that somebody rejected did not fail, and one that was allowed waits for nobody, whatever the agent calls it:
 * Claude Code says `pending` of a command until it has run for half a minute. Nor is one done that was ended from outside:
 * Kimi Code says `completed` of it.
 */
function shownStatus({ status, content }: ToolItem, asked: ToolQuestion | undefined): Shown {
  if (asked === 'rejected' && status !== 'completed') return 'rejected';
  const ended = content.some((part) => part.type === 'terminal' && part.exit?.signal);
  if (ended && status === 'completed') return 'cancelled';
  return asked === 'allowed' && status === 'pending' ? 'in_progress' : status;
}

const statusIcons: Record<Shown, IconName | undefined> = {
  pending: undefined,
  in_progress: 'loading',
  completed: 'check',
  failed: 'error',
  cancelled: 'stop',
  rejected: 'close',
};

type Diff = Extract<ToolContent, { type: 'diff' }>;

type Exit = Extract<ToolContent, { type: 'terminal' }>['exit'];

export interface ToolViewProps {
  item: ToolItem;
  cwd: string;
  asked: ToolQuestion | undefined;
  /** What its subagent does. */
  children?: ComponentChildren;
}

export function ToolView({ item, cwd, asked, children }: ToolViewProps) {
  const status = shownStatus(item, asked);
  const diffs = item.content.filter((content): content is Diff => content.type === 'diff');
  const title = visible(shortTitle(item.title, cwd));
  const terminals = useLiveTerminals(item);
  return (
    <section class={`tool ${status}`} aria-label={visible(item.title)}>
      <div class="head">
        <Icon name={kindIcons[item.toolKind] ?? 'tools'} />
        <span class={item.toolKind === 'execute' ? 'what mono' : 'what'} title={visible(item.title)}>
          {title}
        </span>
        <Status status={status} exit={exitOf(item)} />
      </div>
      <Places item={item} title={title} diffs={diffs} cwd={cwd} />
      {diffs.map((content, index) => (
        <FileChange key={index} content={content} cwd={cwd} below={asked === 'open'} />
      ))}
      {item.content.map(
        (content, index) =>
          content.type === 'block' && (
            <div class="block" key={index}>
              <BlockView block={content.block} cwd={cwd} />
            </div>
          ),
      )}
      {terminals.map((id) => (
        <ToolTerminal key={id} id={id} />
      ))}
      <OutputView
        text={terminals.length > 0 ? '' : item.output}
        live={status === 'in_progress' || status === 'pending'}
        failed={status === 'failed'}
      />
      {children}
    </section>
  );
}

interface PlacesProps {
  item: ToolItem;
  title: string;
  diffs: Diff[];
  cwd: string;
}

/** Files that it works on: all of them at the desk, where they open; on a phone those that nothing else names. */
function Places({ item, title, diffs, cwd }: PlacesProps) {
  const { openFile } = useSurface();
  const known = new Set(diffs.map(({ path }) => path));
  const places = item.locations.filter(({ path }, index, all) => {
    // The folder in which everything happens says nothing of a call.
    if (path === cwd || known.has(path)) return false;
    if (all.findIndex((other) => other.path === path) < index) return false;
    return openFile !== undefined || !title.includes(shortPath(path, cwd));
  });
  if (places.length === 0) return null;
  return (
    <div class="places">
      {places.map(({ path, line }) => (
        <FileName key={path} path={path} line={line} cwd={cwd} />
      ))}
    </div>
  );
}

/** Of the last terminal that ended badly. */
function exitOf(item: ToolItem): string | undefined {
  const exits = item.content.flatMap((part): NonNullable<Exit>[] =>
    part.type === 'terminal' && part.exit ? [part.exit] : [],
  );
  const bad = exits.findLast(({ code, signal }) => signal !== null || (code !== null && code !== 0));
  if (!bad) return undefined;
  return bad.signal === null
    ? strings.transcript.exitCode(bad.code ?? 0)
    : strings.transcript.signal(visible(bad.signal));
}

function Status({ status, exit }: { status: Shown; exit: string | undefined }) {
  const icon = statusIcons[status];
  return (
    <span class={`state ${status}`}>
      {icon && <Icon name={icon} spin={status === 'in_progress'} />}
      {exit === undefined ? strings.tool[status] : `${strings.tool[status]} · ${exit}`}
    </span>
  );
}

export interface FileChangeProps {
  content: Diff;
  cwd: string;
  /** The question shows the lines, so that they need not be here too. */
  below?: boolean;
}

export function FileChange({ content, cwd, below = false }: FileChangeProps) {
  const diff = diffOf(content);
  return (
    <div class="change">
      <div class="file">
        <FileName path={content.path} cwd={cwd} />
        {content.oldText === null && <span class="tag">{strings.newFile}</span>}
        <DiffCount diff={diff} />
        {below && <span class="fine">{strings.seeBelow}</span>}
      </div>
      {!below && <DiffView diff={diff} label={strings.changesTo(visible(shortPath(content.path, cwd)))} />}
    </div>
  );
}
