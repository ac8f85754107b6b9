/** The files that `@` found, above the composer: by keyboard from the text, or by touch. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { visible } from '../../base/unseen.ts';
import type { FilesResult } from '../../protocol/methods.ts';
import { strings } from '../strings.ts';
import { Icon } from './icon.tsx';

export interface FileListProps {
  id: string;
  files: FilesResult['files'];
  active: number;
  onChoose(index: number): void;
  onHover(index: number): void;
}

export function FileList({ id, files, active, onChoose, onHover }: FileListProps) {
  const list = useRef<HTMLUListElement>(null);
  useLayoutEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [active, files]);
  return (
    // Scrolled by the keys of the text; to be focusable is what a scrolled box owes. A press on its bar keeps the list.
    <div class="files" tabIndex={0} onMouseDown={(event) => event.preventDefault()}>
      {files.length === 0 && <p class="note">{strings.noFiles}</p>}
      <p class="hidden" aria-live="polite">
        {strings.filesFound(files.length)}
      </p>
      <ul id={id} ref={list} role={files.length > 0 ? 'listbox' : undefined} aria-label={strings.files}>
        {files.map((file, index) => (
          <li
            key={file.path}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === active}
            onPointerEnter={(event) => {
              if (event.pointerType === 'mouse') onHover(index);
            }}
            // The text keeps the focus, so that a tap does not close the list before it counts.
            onPointerDown={(event) => event.preventDefault()}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onChoose(index)}
          >
            <span class="hidden">{said(file)}</span>
            <Icon name={file.kind} />
            <FilePath path={file.path} matches={file.matches} />
            {file.recent && (
              <span class="recent" aria-hidden="true">
                {strings.recentFile}
              </span>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** To a screen reader: the path as it is written, and what is shown beside it. */
function said({ path, kind, recent }: FilesResult['files'][number]): string {
  const more = [kind === 'folder' && strings.folder, recent && strings.recentFile];
  return [visible(path), ...more].filter(Boolean).join(', ');
}

/** Name first, folder after it, matched letters in bold; what cannot be seen by its number. */
function FilePath({ path, matches }: { path: string; matches: number[] }) {
  const at = path.lastIndexOf('/', path.length - 2) + 1;
  const hits = new Set(matches);
  const mark = (from: number, to: number) => {
    const runs: { text: string; hit: boolean }[] = [];
    for (let index = from; index < to; index++) {
      const hit = hits.has(index);
      const last = runs.at(-1);
      if (last?.hit === hit) last.text += path[index]!;
      else runs.push({ text: path[index]!, hit });
    }
    return runs.map(({ text, hit }, index) => (hit ? <b key={index}>{visible(text)}</b> : visible(text)));
  };
  return (
    <span class="path" aria-hidden="true">
      <span class="name">{mark(at, path.length)}</span>
      {at > 0 && <span class="dir">{mark(0, at - 1)}</span>}
    </span>
  );
}
