/** What a permission is asked for, in full: command and folder, address and its host, change, plan, paths or input. */
import { useMemo } from 'preact/hooks';
import { strings } from '../strings.ts';
import { DiffCount, DiffView } from './diff-view.tsx';
import { readUnifiedDiff } from './line-diff.ts';
import { MarkdownView } from './markdown-view.tsx';
import { hidesSomething, visible } from '../../base/unseen.ts';
import type { Asked } from '../../transcript/asked.ts';
import { FileChange } from './tool-view.tsx';
import { VisibleText } from './visible-text.tsx';
import { folderName, shortPath } from './words.ts';

export function AskedFor({ asked, cwd }: { asked: Asked; cwd: string }) {
  const { exact, diffs, patch, plan, paths, host, input, note, folder } = asked;
  const change = useMemo(() => (patch === undefined ? undefined : readUnifiedDiff(patch)), [patch]);
  const changes = useMemo(
    () => diffs.map((content) => ({ ...content, path: visible(content.path) })),
    [diffs],
  );
  const names = paths.map((path) => shortPath(path, cwd)).join('\n');
  const shown = [exact, names, input, folder, ...diffs.map(({ path }) => path)];
  const hides = shown.some((text) => text !== undefined && hidesSomething(text));
  return (
    <div class="asked">
      {host !== undefined && <p class="host">{host}</p>}
      {exact !== undefined && <Exact text={exact} />}
      {changes.map((content, index) => (
        <FileChange key={index} content={content} cwd={cwd} />
      ))}
      {change && (
        <div class="change">
          <div class="file">
            <DiffCount diff={change} />
          </div>
          <DiffView diff={change} label={strings.question.label} />
        </div>
      )}
      {names !== '' && <Exact text={names} />}
      {plan !== undefined && (
        <div class="plan-text" tabindex={0} role="region" aria-label={strings.question.planText}>
          <MarkdownView text={visible(plan)} growing={false} />
        </div>
      )}
      {input !== undefined && <Exact text={input} />}
      {note !== undefined && <p class="said">{visible(note)}</p>}
      {hides && <p class="note warn">{strings.question.unseenNote}</p>}
      {folder !== '' && plan === undefined && (
        <p class="in" title={folder}>
          {strings.question.where(visible(folder === cwd ? folderName(folder) : folder))}
        </p>
      )}
    </div>
  );
}

function Exact({ text }: { text: string }) {
  return (
    <pre tabindex={0}>
      <VisibleText text={text} />
    </pre>
  );
}
