/** QR modules as one SVG path, with room for a quiet zone of 4 modules (ISO/IEC 18004). */

export const quietZone = 4;

/** Each run of dark modules in a row is one rectangle. `bits`: `size` × `size` times `0` or `1`, row by row. */
export function qrPath(size: number, bits: string): string {
  let path = '';
  for (let y = 0; y < size; y++) {
    const row = bits.slice(y * size, (y + 1) * size);
    for (const { index, 0: run } of row.matchAll(/1+/g)) {
      path += `M${index + quietZone} ${y + quietZone}h${run.length}v1h-${run.length}z`;
    }
  }
  return path;
}
