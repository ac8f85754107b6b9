/** An error: what happened, and what to do now. */
import type { ComponentChildren } from 'preact';
import { Icon } from './icon.tsx';

export interface ErrorNoteProps {
  error: { code?: string; message: string; next: string };
  /** It mends itself: quieter, and in one paragraph. */
  passing?: boolean;
  children?: ComponentChildren;
}

export function ErrorNote({ error, passing = false, children }: ErrorNoteProps) {
  if (passing) {
    return (
      <div class="notice warning" role="alert" data-code={error.code}>
        <Icon name="warning" />
        <div class="col">
          <span class="what">{[error.message, error.next].join(' ').trim()}</span> {children}
        </div>
      </div>
    );
  }
  return (
    <div class="problem" role="alert" data-code={error.code}>
      <Icon name="error" />
      <div class="col">
        <b>{error.message}</b>
        {error.next && <p>{error.next}</p>}
        {children && <div class="row">{children}</div>}
      </div>
    </div>
  );
}
