/** What differs between phone and desk, given to the parts that both share. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Keep } from '../client/keep.ts';

export interface Surface {
  kind: 'phone' | 'desk';
  keep: Keep;
  /** Enter sends where there is a keyboard; on a touch screen it begins a new line. */
  enterSends: boolean;
  /** Opens a file in the editor: at the desk alone. `path`: absolute; `line`: counted from 1. */
  openFile?: (path: string, line: number | null) => void;
}

export const SurfaceContext = createContext<Surface | undefined>(undefined);

export function useSurface(): Surface {
  const surface = useContext(SurfaceContext);
  if (!surface) throw new Error('a view outside of a surface');
  return surface;
}
