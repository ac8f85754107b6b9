/** What came of a command that does not go to the agent, right above where it was typed. */
import { strings } from '../strings.ts';
import { IconButton } from './icon-button.tsx';

export interface Note {
  text: string;
  /** It can go to the agent all the same, as a message. */
  send?: string;
}

export function CommandNote({ note, onSend, onClose }: { note: Note; onSend(): void; onClose(): void }) {
  return (
    <div class="command-note">
      <div class="what" role="status">
        <p>{note.text}</p>
        {note.send !== undefined && (
          <button type="button" class="text" onClick={onSend}>
            {strings.commands.sendAnyway}
          </button>
        )}
      </div>
      <IconButton icon="close" name={strings.dismiss} onClick={onClose} />
    </div>
  );
}
