/** Text from outside in a notification: VS Code would turn `[words](command:…)` into a link that runs a command. */

/** The same words without links. */
export function plainMessage(text: string): string {
  return text.replaceAll('](', '] (');
}
