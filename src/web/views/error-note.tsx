/** An error: what happened, and what to do now. */
import type { ComponentChildren } from 'preact';
import { Icon } from './icon.tsx';
import { errorWords } from './words.ts';

export interface ErrorNoteProps {
  error: { code?: string; message: string; next: string };
  /** It mends itself: quieter, and in one paragraph. */
  passing?: boolean;
  children?: ComponentChildren;
}

export function ErrorNote({ error, passing = false, children }: ErrorNoteProps) {
  const { message, next } = errorWords(error);
  if (passing) {
    return (
      <div class="notice warning" role="alert" data-code={error.code}>
        <Icon name="warning" />
        <div class="col">
          <span class="what">{[message, next].join(' ').trim()}</span> {children}
        </div>
      </div>
    );
  }
  return (
    <div class="problem" role="alert" data-code={error.code}>
      <Icon name="error" />
      <div class="col">
        <b>{message}</b>
        {next && <p>{next}</p>}
        {children && <div class="row">{children}</div>}
      </div>
    </div>
  );
}
