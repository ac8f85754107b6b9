/** Whether a path leads to another computer, which would be told who asks. */

/** Windows takes either slash, also mixed, as the beginning of `\\computer\share`. */
export function leadsElsewhere(path: string): boolean {
  return /^[\\/]{2}/.test(path);
}
