/** The files that `@` found, above the composer: by keyboard from the text, or by touch. */
import { useLayoutEffect, useRef } from 'preact/hooks';
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
    <div class="files">
      {files.length === 0 && <p class="note">{strings.noFiles}</p>}
      <ul id={id} ref={list} role={files.length > 0 ? 'listbox' : undefined} aria-label={strings.files}>
        {files.map((file, index) => (
          <li
            key={file.path}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === active}
            aria-label={file.path}
            onPointerEnter={(event) => {
              if (event.pointerType === 'mouse') onHover(index);
            }}
            // The text keeps the focus, so that a tap does not close the list before it counts.
            onPointerDown={(event) => event.preventDefault()}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onChoose(index)}
          >
            <Icon name="file" />
            <FilePath path={file.path} matches={file.matches} />
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Name first, folder after it, matched letters in bold. */
function FilePath({ path, matches }: { path: string; matches: number[] }) {
  const at = path.lastIndexOf('/') + 1;
  const hits = new Set(matches);
  const mark = (from: number, to: number) =>
    path
      .slice(from, to)
      .split('')
      .map((letter, i) => (hits.has(from + i) ? <b key={i}>{letter}</b> : letter));
  return (
    <span class="path">
      <span class="name">{mark(at, path.length)}</span>
      {at > 0 && <span class="dir">{mark(0, at - 1)}</span>}
    </span>
  );
}
