/** An open question as lines: exactly what is asked, then the ways to answer. */
import { visible } from '../../base/unseen.ts';
import {
  isLasting,
  optionsOf,
  pageOf,
  readAsked,
  type Asked,
  type PermissionOption,
} from '../../transcript/asked.ts';
import { diffLines } from '../../transcript/diff-lines.ts';
import type { QuestionItem, ToolItem } from '../../transcript/items.ts';
import { exact, linesIn, type Line } from './lines.ts';

export interface AskedBy {
  agent: string;
  cwd: string;
  /** The call that it is about, where it is known. */
  tool: ToolItem | undefined;
}

export function planOf({ request }: QuestionItem, { tool, cwd }: AskedBy): string | undefined {
  return readAsked(request, tool, cwd).plan;
}

export function askedLines(question: QuestionItem, { agent, cwd, tool }: AskedBy, cells: number): Line[] {
  const { request, questionKind } = question;
  if (questionKind === 'elicitation') {
    const said = String(request?.['message'] ?? '');
    return [
      ...linesIn(`? ${agent} asks you`, 'warning', cells, 2),
      ...(said === '' ? [] : linesIn(visible(said), 'plain', cells)),
      ...(request?.['mode'] === 'url' ? addressLines(String(request['url'] ?? ''), cells) : []),
    ];
  }
  const asked = readAsked(request, tool, cwd);
  const { paths, input, inputCut, note, folder, host, plan, patch } = asked;
  const indented = (text: string): Line[] => linesIn(`  ${exact(text)}`, 'own', cells, 2);
  return [
    ...linesIn(`? ${titleOf(asked.asks, agent)}`, 'warning', cells, 2),
    ...(host === undefined ? [] : linesIn(`  at ${visible(host)}`, 'plain', cells, 2)),
    ...(asked.exact === undefined ? [] : asked.exact.split('\n').flatMap(indented)),
    ...asked.diffs.flatMap((diff) => changeLines(diff, cwd, cells)),
    ...(patch === undefined ? [] : patch.split('\n').flatMap((line) => patchLine(line, cells))),
    ...paths.flatMap((path) => indented(shortPath(path, cwd))),
    ...(plan === undefined ? [] : linesIn(visible(plan), 'plain', cells)),
    ...(input === undefined ? [] : input.split('\n').flatMap(indented)),
    ...(inputCut > 0 ? linesIn(`  … ${inputCut} more characters`, 'quiet', cells) : []),
    ...(note === undefined ? [] : linesIn(`  ${visible(note)}`, 'quiet', cells, 2)),
    ...(folder === '' || plan !== undefined ? [] : linesIn(`  in ${visible(folder)}`, 'quiet', cells, 2)),
  ];
}

export function optionLines({ request }: QuestionItem, cells: number): Line[] {
  return optionsOf(request).flatMap((option, index) =>
    linesIn(
      `  ${index + 1} ${visible(option.name)}${isLasting(option) ? ' (lasts)' : ''}`,
      'plain',
      cells,
      4,
    ),
  );
}

export const lastingWords = ({ name }: PermissionOption): string =>
  `"${visible(name)}" lasts beyond this one time. y confirms it, n goes back.`;

/** Nothing is opened from here: whose page it is stands there, and the address to be opened by hand. */
function addressLines(address: string, cells: number): Line[] {
  const page = pageOf(address);
  return [
    ...(page ? linesIn(`  at ${visible(page.host)}`, 'warning', cells, 2) : []),
    ...linesIn(`  ${exact(address)}`, 'own', cells, 2),
    ...(page
      ? [
          ...linesIn('Open it in a browser yourself, then answer:', 'quiet', cells),
          { text: '  1 It is done', tone: 'plain' as const },
          { text: '  2 Decline', tone: 'plain' as const },
        ]
      : [
          ...linesIn('This is no web page: it is not to be opened.', 'warning', cells),
          { text: '  2 Decline', tone: 'plain' as const },
        ]),
  ];
}

/** With the lines around each change. */
export function changeLines(
  { path, oldText, newText }: Asked['diffs'][number],
  cwd: string,
  cells: number,
): Line[] {
  const { hunks, added, removed, hidden } = diffLines(oldText, newText, 2);
  const head = `  ${visible(shortPath(path, cwd))}  +${added} -${removed}${oldText === null ? ' new' : ''}`;
  return [
    ...linesIn(head, 'own', cells, 4),
    ...hunks.flatMap(({ lines }, index): Line[] => [
      ...(index > 0 ? [{ text: '  …', tone: 'quiet' as const }] : []),
      ...lines.flatMap(({ kind, text }) =>
        patchLine(`${kind === 'added' ? '+' : kind === 'removed' ? '-' : ' '} ${text}`, cells),
      ),
    ]),
    ...(hidden > 0 ? linesIn(`  … ${hidden} more lines`, 'quiet', cells) : []),
  ];
}

function patchLine(line: string, cells: number): Line[] {
  const tone = line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : 'quiet';
  return linesIn(`  ${exact(line)}`, tone, cells, 4);
}

function shortPath(path: string, cwd: string): string {
  return cwd !== '' && path.startsWith(`${cwd}/`) ? path.slice(cwd.length + 1) : path;
}

function titleOf(asks: string, agent: string): string {
  switch (asks) {
    case 'execute':
      return `${agent} asks to run a command`;
    case 'edit':
      return `${agent} asks to change a file`;
    case 'delete':
      return `${agent} asks to delete a file`;
    case 'move':
      return `${agent} asks to move a file`;
    case 'read':
    case 'search':
      return `${agent} asks to read`;
    case 'fetch':
      return `${agent} asks to open an address`;
    case 'plan':
      return `${agent} has a plan and asks to begin`;
    case 'switch_mode':
      return `${agent} asks to change its mode`;
    default:
      return `${agent} asks for permission`;
  }
}
