/** Text from outside (agents, devices, relays) made fit for a terminal or a log: nothing in it can redraw one. */

/** One line; '' for what is no text. */
export function plainLine(value: unknown, most = Infinity): string {
  if (typeof value !== 'string') return '';
  const text = value.replace(/[\p{Cc}\p{Cf}]+/gu, ' ').trim();
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** Line breaks stay. */
export function plainLines(text: string): string {
  return text.replace(/(?!\n)[\p{Cc}\p{Cf}]/gu, ' ');
}
