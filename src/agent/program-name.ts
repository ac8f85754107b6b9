/** What a user would call a command line: of `node …/some-agent/dist/index.js` it is some-agent. */

const interpreters = /^(node|bun|deno|npx|bunx|uvx?|python[\d.]*|env|sh|bash)$/;
const plainNames = /^(index|main|cli|dist|bin|lib|src|build|out)$/;

export function programName(command: string, args: readonly string[]): string {
  const last = baseName(command);
  const script = interpreters.test(last) ? args.find((arg) => !arg.startsWith('-')) : undefined;
  if (script === undefined || /\s/.test(script)) return last;
  const parts = script
    .split(/[/\\]/)
    .filter(Boolean)
    .map((part) => part.replace(/\.[cm]?[jt]s$|\.py$/, ''));
  const name = parts.findLast((part) => !plainNames.test(part)) ?? last;
  // A package with its version, as npx takes it.
  return name.replace(/(.)@.*$/, '$1');
}

function baseName(path: string): string {
  return (
    path
      .split(/[/\\]/)
      .at(-1)
      ?.replace(/\.(exe|cmd)$/, '') || path
  );
}
