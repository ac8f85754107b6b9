/** The list above the composer, of what `@` or `/` found. */
import { CommandList } from './command-list.tsx';
import { FileList } from './file-list.tsx';
import type { Completion } from './use-completion.ts';

export interface CompletionListProps {
  id: string;
  completion: Completion;
  onChoose(index: number): void;
  onHover(index: number): void;
}

export function CompletionList({ completion, ...rest }: CompletionListProps) {
  const { active } = completion;
  return completion.kind === 'files' ? (
    <FileList files={completion.found} active={active} {...rest} />
  ) : (
    <CommandList commands={completion.found} active={active} {...rest} />
  );
}
