/** What a surface must say, item by item, worked out from the journal alone: the measure for both screens. */
import type {
  Item,
  PromptItem,
  QuestionItem,
  ThoughtItem,
  ToolItem,
  Transcript,
} from '../../../src/transcript/items.ts';
import { strings } from '../../../src/web/strings.ts';
import { diffTexts } from '../../../src/web/views/line-diff.ts';
import { markdownToHtml } from '../../../src/web/views/markdown.ts';
import { toolCallOf } from '../../../src/transcript/asked.ts';
import { closedWords, subjectOf } from '../../../src/web/views/question-words.ts';
import { nameOf, shortPath, shortTitle } from '../../../src/web/views/words.ts';

export interface Reader {
  /** The device's; undefined for the desk. */
  id: string | undefined;
  /** The session's folder. */
  cwd: string;
}

const entities: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' };
const marks = { same: ' ', added: '+', removed: '−', gap: ' ' };

/** As `Surface.items` reads them. Throws for kinds of items that no story has yet. */
export function expectedItems(transcript: Pick<Transcript, 'items' | 'queue'>, reader: Reader): string[] {
  const tools = new Map(
    transcript.items.flatMap((item) => (item.kind === 'tool' ? [[item.toolCallId, item] as const] : [])),
  );
  const questions = transcript.items.filter((item): item is QuestionItem => item.kind === 'question');
  return [...transcript.items, ...transcript.queue].map((item) =>
    textOf(item, tools, questions, reader).replace(/\s+/g, ''),
  );
}

function textOf(
  item: Item,
  tools: ReadonlyMap<string, ToolItem>,
  questions: QuestionItem[],
  reader: Reader,
): string {
  switch (item.kind) {
    case 'prompt':
      return promptText(item, reader);
    case 'message':
      return plainText(markdownToHtml(item.text));
    case 'thought':
      return thoughtText(item);
    case 'tool':
      return toolText(item, questions, reader);
    case 'question': {
      const tool = tools.get(toolCallOf(item) ?? '');
      if (item.state.kind === 'open') return '';
      return `${tool ? '' : subjectOf(item, tool)}${closedWords(item)}`;
    }
    case 'notice':
      return `${item.title} ${item.description}`;
    case 'plan':
    case 'compaction':
    case 'unknown':
      throw new Error(`how a surface shows a ${item.kind} is not written down here`);
  }
}

function promptText(item: PromptItem, { id }: Reader): string {
  const text = item.blocks.flatMap((block) => (block.type === 'text' ? [String(block['text'])] : [])).join();
  const { origin } = item;
  const own = id === undefined ? origin.kind === 'desk' : origin.id === id;
  const words = {
    ...{ received: 'received by the computer, queued', running: 'taken up', done: 'done' },
    ...{ cancelled: 'stopped', failed: 'failed', interrupted: 'interrupted', removed: 'removed' },
  };
  // The clock time between the first two is left out.
  const who = own ? '' : `from ${nameOf(origin)} · `;
  const bad = item.state === 'failed' || item.state === 'interrupted';
  return [text, who, ` · ${words[item.state]}`, bad ? (item.message ?? '') : ''].join('');
}

function thoughtText({ startedAt, endedAt, text }: ThoughtItem): string {
  const seconds = Math.round((endedAt - startedAt) / 1000);
  return `${seconds > 0 ? `Thought for ${seconds} s` : 'Thought'}${text}`;
}

/** The card shows the changes while the oldest open question is about them; a rejected call did not fail. */
function toolText(item: ToolItem, questions: QuestionItem[], { cwd, id }: Reader): string {
  const last = questions.findLast((question) => toolCallOf(question) === item.toolCallId);
  const below = last !== undefined && last === questions.find(({ state }) => state.kind === 'open');
  const no = last?.state.kind === 'answered' && /^Rejected by/.test(closedWords(last));
  const status = no && item.status !== 'completed' ? 'rejected' : item.status;
  const title = shortTitle(item.title, cwd);
  const changed = new Set(item.content.flatMap((content) => (content.type === 'diff' ? [content.path] : [])));
  const places = [...new Map(item.locations.map((place) => [place.path, place])).values()]
    .filter(({ path }) => path !== cwd && !changed.has(path))
    .map(({ path, line }) => ({ path: shortPath(path, cwd), line }))
    // At the desk a name opens the file.
    .filter(({ path }) => id === undefined || !title.includes(path))
    .map(({ path, line }) => (line === null ? path : `${path}:${line}`));
  const diffs = item.content.flatMap((content) => {
    if (content.type !== 'diff') return [];
    const { lines, added, removed } = diffTexts(content.oldText, content.newText);
    const count = `${added > 0 ? `+${added}` : ''}${removed > 0 ? `−${removed}` : ''}`;
    const news = content.oldText === null ? 'new' : '';
    const head = [shortPath(content.path, cwd), news, count];
    return below ? [...head, 'see below'] : [...head, ...lines.map(({ kind, text }) => marks[kind] + text)];
  });
  // Output is folded unless the tool failed.
  const output = status === 'failed' ? item.output : '';
  return [title, strings.tool[status], ...places, ...diffs, output].join('');
}

function plainText(html: string): string {
  return html.replace(/<[^>]*>/g, '').replace(/&(amp|lt|gt|quot);/g, (entity) => entities[entity] ?? entity);
}
