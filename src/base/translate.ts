/** Texts in the language of the user, as a port: they are written and tested without VS Code, whose `l10n.t` it is. */

/** `{0}` in the message is replaced by the first argument. */
export type Translate = (message: string, ...args: (string | number)[]) => string;

/** The built-in language. */
export const inEnglish: Translate = (message, ...args) =>
  message.replace(/\{(\d+)\}/g, (whole, index: string) => String(args[Number(index)] ?? whole));
