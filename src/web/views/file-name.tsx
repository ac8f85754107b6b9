/** The name of a file: at the desk a button that opens it in the editor, elsewhere its path alone. */
import { leadsElsewhere } from '../../base/network-path.ts';
import { strings } from '../strings.ts';
import { exactText } from './exact-text.ts';
import { useSurface } from './surface.ts';
import { shortPath } from './words.ts';

export interface FileNameProps {
  path: string;
  /** Counted from 1. */
  line?: number | null;
  cwd: string;
}

export function FileName({ path, line = null, cwd }: FileNameProps) {
  const { openFile } = useSurface();
  const short = shortPath(path, cwd);
  const name = exactText(line === null ? short : `${short}:${line}`);
  const place = pathIn(path, cwd);
  if (!openFile || place === undefined) {
    return (
      <span class="mono path" title={exactText(path)}>
        {name}
      </span>
    );
  }
  return (
    <button
      type="button"
      class="mono path opens"
      title={strings.transcript.openFile(exactText(path))}
      aria-label={strings.transcript.openFile(name)}
      onClick={() => openFile(place, line)}
    >
      {name}
    </button>
  );
}

/** Absolute; undefined where it is not clear which file is meant, or where it would lead to another computer. */
function pathIn(path: string, cwd: string): string | undefined {
  if (leadsElsewhere(path) || path.includes('\0')) return undefined;
  if (/^(?:\/|[a-z]:[\\/])/i.test(path)) return path;
  if (/^[a-z][a-z\d+.-]*:/i.test(path) || cwd === '' || path === '') return undefined;
  return `${cwd.replace(/[\\/]$/, '')}/${path}`;
}

/** The path of a `file:` address of this computer. */
export function pathOfUri(uri: string): string | undefined {
  if (!/^file:\/\/(?:localhost)?\//i.test(uri)) return undefined;
  try {
    const path = decodeURIComponent(new URL(uri).pathname);
    return /^\/[a-z]:/i.test(path) ? path.slice(1) : path;
  } catch {
    return undefined;
  }
}
