/** A list that is folded until somebody wants to see it, and is asked for then, page by page. */
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { PagedList } from '../client/paged-list.ts';
import { strings } from '../strings.ts';
import { ErrorNote } from './error-note.tsx';
import { Icon } from './icon.tsx';

export interface PagedSectionProps {
  title: string;
  list: Pick<PagedList<{ id: string }>, 'state' | 'error' | 'load' | 'more'>;
  /** There is a connection to ask over. */
  ready: boolean;
  /** Said where all is read and nothing is there; undefined where something is. */
  none: string | undefined;
  class?: string;
  /** Shown without being asked for: something is sought in it. */
  sought?: boolean;
  children: () => ComponentChildren;
}

export function PagedSection(props: PagedSectionProps) {
  const { title, list, ready, none, class: className, sought = false, children } = props;
  const [unfolded, setUnfolded] = useState(false);
  const open = unfolded || sought;
  const state = list.state.value;
  const error = list.error.value;
  useEffect(() => {
    if (open && ready) void list.load();
  }, [open, ready]);
  return (
    <section class={className === undefined ? 'paged' : `paged ${className}`} aria-label={title}>
      <button
        type="button"
        class="more"
        aria-expanded={open}
        disabled={sought}
        onClick={() => setUnfolded(!open)}
      >
        <Icon name={open ? 'chevronDown' : 'chevronRight'} />
        {title}
      </button>
      {open && (
        <>
          {children()}
          {state === 'all' && none !== undefined && <p class="note none">{none}</p>}
          {error && error.code !== 'closed' && <ErrorNote error={error} />}
          {state === 'loading' && (
            <p class="note none" role="status">
              {strings.pastLoading}
            </p>
          )}
          {state === 'more' && (
            <button type="button" class="b quiet" onClick={() => void list.more()}>
              {strings.pastMore}
            </button>
          )}
        </>
      )}
    </section>
  );
}
