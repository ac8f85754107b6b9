/** Page and computer are of versions that cannot talk: which side to update. */
import { BUILD } from '../../protocol/version.ts';
import { strings } from '../strings.ts';
import { Icon } from './icon.tsx';
import { reloadFresh } from './reload-fresh.ts';

export interface UpdateNeededProps {
  /** `unknown`: `words` say it. */
  update: 'computer' | 'page' | 'unknown';
  /** What the other side said; empty where it said nothing. */
  words: string;
}

export function UpdateNeeded({ update, words }: UpdateNeededProps) {
  return (
    <main class="center">
      <Icon name="warning" />
      <h1>{strings.phone.updateTitle}</h1>
      <p class="note" role="alert" data-code="version_mismatch">
        {update === 'page'
          ? strings.phone.updatePage
          : update === 'computer'
            ? strings.phone.updateComputer
            : words}
      </p>
      {update !== 'computer' && (
        <button type="button" class="b p" onClick={() => void reloadFresh()}>
          {strings.phone.reload}
        </button>
      )}
      <p class="fine">{strings.phone.build(BUILD)}</p>
    </main>
  );
}
