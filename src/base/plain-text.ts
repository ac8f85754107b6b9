/** Text from outside (agents, devices, relays) made fit for a terminal or a log: nothing in it can redraw one. */

/** One line; '' for what is no text. */
export function plainLine(value: unknown, most = Infinity): string {
  if (typeof value !== 'string') return '';
  const text = value.replace(/[\p{Cc}\p{Cf}]+/gu, ' ').trim();
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** A value as one line of JSON, without the control characters that JSON lets be (U+007F to U+009F): it may be shown as it is. */
export function jsonLine(value: unknown): string {
  const json = JSON.stringify(value);
  return json.replace(/[\u007f-\u009f]/g, (found) => `\\u00${found.charCodeAt(0).toString(16)}`);
}

/** Line breaks stay. */
export function plainLines(text: string): string {
  return text.replace(/(?!\n)[\p{Cc}\p{Cf}]/gu, ' ');
}
