/** The part of `vscode.l10n.t` that texts need, as a port: texts are tested without VS Code. */

/** `{0}` in the message is replaced by the first argument. */
export type Translate = (message: string, ...args: (string | number)[]) => string;

/** The built-in language. */
export const inEnglish: Translate = (message, ...args) =>
  message.replace(/\{(\d+)\}/g, (whole, index: string) => String(args[Number(index)] ?? whole));
