/** Files and photos as a user attaches them on the phone, and what a model sees of them. */
import assert from 'node:assert/strict';
import { gpsText, photo } from '../../support/photo.ts';
import type { Phone } from '../../support/phone.ts';
import type { ModelProcess } from '../../support/real-agents.ts';

export interface Chosen {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

/** By the phone's own file input, as its camera or gallery gives it. */
export async function choose(phone: Phone, ...files: Chosen[]): Promise<void> {
  await phone.page.locator('input[type=file]').setInputFiles(files);
}

/** Stored lying on its side, 2000 by 3000 when it stands upright. */
export async function taken(phone: Phone): Promise<Chosen> {
  const buffer = await photo(phone.page, 3000, 2000);
  assert.ok(buffer.includes(gpsText), 'the photo says where it was taken');
  return { name: 'IMG 0001.jpg', mimeType: 'image/jpeg', buffer };
}

/** With the prompt `[[text]]`. `since`: how many requests there were before. */
export function sawPhoto(model: ModelProcess, since: number): void {
  const all = model.requests().slice(since);
  const seen = all.flatMap(({ wish, images = [] }) => (wish === 'text' ? images : []));
  assert.ok(seen.length > 0, 'the model saw a picture');
  for (const { type, size, exif } of seen) {
    assert.deepEqual([type, exif], ['image/jpeg', false]);
    assert.ok(size && size.height > size.width, 'it stands upright');
  }
}
