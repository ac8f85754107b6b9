/** Moving remote control between windows: the one that asks leaves a note, the one that runs it steps back. */
import { unwatchFile, watchFile } from 'node:fs';
import * as z from 'zod/v4';
import { disposable, type Disposable } from '../base/disposable.ts';
import type { MachineFolder } from '../remote/machine-folder.ts';

const noteFile = 'move.json';
const noteSchema = z.object({ title: z.string(), at: z.number() });
/** Between two looks at the note. */
const lookMs = 500;

/** Calls with the title of whoever wants to take over; once. */
export function onMoveWanted(folder: MachineFolder, call: (title: string) => void): Disposable {
  const path = folder.file(noteFile);
  const since = Date.now();
  let done = false;
  const look = () => {
    void folder.read(noteFile, noteSchema).then(
      (note) => {
        if (done || !note || note.at < since) return;
        done = true;
        call(note.title);
      },
      () => {},
    );
  };
  watchFile(path, { interval: lookMs, persistent: false }, look);
  return disposable(() => {
    done = true;
    unwatchFile(path, look);
  });
}

export async function askToMove(folder: MachineFolder, title: string): Promise<void> {
  await folder.write(noteFile, { title, at: Date.now() });
}
