/** A tool call: what it does, how it stands, its changes, and its output folded. */
import { useMemo, useState } from 'preact/hooks';
import type { ToolContent, ToolItem, ToolStatus } from '../../transcript/items.ts';
import { strings } from '../strings.ts';
import { DiffCount, DiffView } from './diff-view.tsx';
import { Icon, type IconName } from './icon.tsx';
import { diffTexts } from './line-diff.ts';
import type { ToolQuestion } from './question-words.ts';
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

/** A call that somebody rejected did not fail, whatever the agent calls it. */
type Shown = ToolStatus | 'rejected';

const statusIcons: Record<Shown, IconName | undefined> = {
  pending: undefined,
  in_progress: 'loading',
  completed: 'check',
  failed: 'error',
  cancelled: 'stop',
  rejected: 'close',
};

/** Output that is at most this long shows without a tap when the tool failed. */
const shownLines = 12;
// Escape sequences of terminals (ECMA-48: CSI, OSC, two-character ones).

const escapes = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\^_])/g;

type Diff = Extract<ToolContent, { type: 'diff' }>;

export interface ToolViewProps {
  item: ToolItem;
  cwd: string;
  asked: ToolQuestion | undefined;
}

export function ToolView({ item, cwd, asked }: ToolViewProps) {
  const status: Shown = asked === 'rejected' && item.status !== 'completed' ? 'rejected' : item.status;
  const diffs = item.content.filter((content): content is Diff => content.type === 'diff');
  return (
    <section class={`tool ${status}`} aria-label={item.title}>
      <div class="head">
        <Icon name={kindIcons[item.toolKind] ?? 'tools'} />
        <span class={item.toolKind === 'execute' ? 'what mono' : 'what'} title={item.title}>
          {shortTitle(item.title, cwd)}
        </span>
        <Status status={status} />
      </div>
      {diffs.map((content, index) => (
        <FileChange key={index} content={content} cwd={cwd} below={asked === 'open'} />
      ))}
      <Output text={outputOf(item)} open={status === 'failed'} />
    </section>
  );
}

function Status({ status }: { status: Shown }) {
  const icon = statusIcons[status];
  return (
    <span class={`state ${status}`}>
      {icon && <Icon name={icon} spin={status === 'in_progress'} />}
      {strings.tool[status]}
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
  const diff = useMemo(() => diffTexts(content.oldText, content.newText), [content]);
  const path = shortPath(content.path, cwd);
  return (
    <div class="change">
      <div class="file">
        <span class="mono" title={content.path}>
          {path}
        </span>
        {content.oldText === null && <span class="tag">{strings.newFile}</span>}
        <DiffCount diff={diff} />
        {below && <span class="fine">{strings.seeBelow}</span>}
      </div>
      {!below && <DiffView diff={diff} label={strings.changesTo(path)} />}
    </div>
  );
}

function outputOf(item: ToolItem): string {
  return item.output.replace(escapes, '').replace(/\r\n?/g, '\n').trim();
}

function Output({ text, open }: { text: string; open: boolean }) {
  const [toggled, setToggled] = useState<boolean | undefined>(undefined);
  if (text === '') return null;
  const lines = text.split('\n');
  const shown = toggled ?? (open && lines.length <= shownLines);
  return (
    <div class="output">
      <button type="button" class="more" aria-expanded={shown} onClick={() => setToggled(!shown)}>
        <Icon name={shown ? 'chevronDown' : 'chevronRight'} />
        {shown ? strings.output : strings.showOutput(lines.length)}
      </button>
      {shown && (
        <pre tabindex={0} aria-label={strings.output}>
          {text}
        </pre>
      )}
    </div>
  );
}
