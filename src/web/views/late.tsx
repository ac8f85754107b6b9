/** A part of the page that is loaded when it is first shown: a first visit does not wait for it. */
import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { strings } from '../strings.ts';
import { ErrorNote } from './error-note.tsx';

/** Nothing while it loads; where it can't be had, that is said, and it is asked for again when it is shown anew. */
export function late<Props extends object>(
  load: () => Promise<FunctionComponent<Props>>,
): FunctionComponent<Props> {
  let loaded: FunctionComponent<Props> | undefined;
  return function Late(props: Props) {
    const [state, setState] = useState<'loading' | 'here' | 'failed'>(loaded ? 'here' : 'loading');
    useEffect(() => {
      if (loaded) return;
      let shown = true;
      const now = (state: 'here' | 'failed') => shown && setState(state);
      load().then(
        (part) => {
          loaded = part;
          now('here');
        },
        () => now('failed'),
      );
      return () => {
        shown = false;
      };
    }, []);
    const Part = loaded;
    if (Part) return <Part {...props} />;
    return state === 'failed' ? <ErrorNote error={strings.lateFailed} /> : null;
  };
}
