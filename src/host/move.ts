/** Moving remote control between windows: the one that asks leaves a note, the one that runs it steps back. */
import { unwatchFile, watchFile } from 'node:fs';
import * as z from 'zod/v4';
import { disposable, type Disposable } from '../base/disposable.ts';
import { asOffdeskError, OffdeskError } from '../base/error.ts';
import { MachineFolder } from '../remote/machine-folder.ts';
import type { HostPorts } from './api.ts';
import { placeOf } from './machine.ts';

const noteFile = 'move.json';
const noteSchema = z.object({ title: z.string(), at: z.number() });
/** Between two looks at the note. */
const lookMs = 500;
/** How long the one that asks waits for the other process to step back. */
const moveTries = 40;
const moveTryMs = 250;

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

/**
 * Asks whoever runs remote control to step back, and starts here as soon as it did. Rejects with `host_locked` where
 * it does not, and with `closed` where this one was `stopped` meanwhile.
 */
export async function takeOver(
  ports: HostPorts,
  start: () => Promise<void>,
  stopped: () => boolean,
): Promise<void> {
  const folder = await MachineFolder.open(ports.machineFolder);
  await folder.write(noteFile, { title: placeOf(ports), at: Date.now() });
  for (let tries = 0; !stopped(); tries++) {
    try {
      return await start();
    } catch (error) {
      if (asOffdeskError(error).code !== 'host_locked' || tries >= moveTries) throw error;
      await new Promise<void>((resolve) => ports.clock.after(moveTryMs, resolve));
    }
  }
  throw new OffdeskError('closed', 'Remote control was stopped.');
}
