/** How the page writes numbers, dates and amounts: as readers of the language that it speaks do. */

/** BCP 47; the browser's own until a language is chosen. */
let tag: string | undefined;

export const locale = (): string | undefined => tag;

/** Before anything is shown. */
export function writeAs(chosen: string): void {
  tag = chosen;
}

/** `12,000` in English. */
export function count(n: number): string {
  return new Intl.NumberFormat(tag).format(n);
}
