/** An error: what happened, and what to do now. */
import type { ComponentChildren } from 'preact';
import { Icon } from './icon.tsx';

export interface ErrorNoteProps {
  error: { code?: string; message: string; next: string };
  children?: ComponentChildren;
}

export function ErrorNote({ error, children }: ErrorNoteProps) {
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
