/** How a question is answered by keys: a digit for an option, a line for one value. */
import { plainLine } from '../../base/plain-text.ts';
import type { Answer } from '../../protocol/facts.ts';
import type { QuestionItem, Raw } from '../../transcript/items.ts';
import { asChoice } from '../attach/form-choice.ts';

export type QuestionChoice =
  | { kind: 'options'; options: { label: string; answer: Answer }[] }
  | { kind: 'text'; label: string; answer(text: string): Answer }
  /** More than keys can say. */
  | { kind: 'elsewhere' };

export function choicesOf({ questionKind, request }: QuestionItem): QuestionChoice {
  if (!request) return { kind: 'elsewhere' };
  if (questionKind === 'permission') {
    const options = (Array.isArray(request['options']) ? request['options'] : []) as Raw[];
    return {
      kind: 'options',
      options: options.map(({ optionId, name }) => ({
        label: plainLine(name),
        answer: { outcome: 'selected', optionId: String(optionId) },
      })),
    };
  }
  const choice = asChoice(request);
  if (choice) {
    const options = choice.request['options'] as { optionId: string; name: string }[];
    return {
      kind: 'options',
      options: options.map(({ optionId, name }) => {
        const content = choice.content.get(optionId);
        return {
          label: plainLine(name),
          answer: content ? { action: 'accept', content } : { action: 'decline' },
        };
      }),
    };
  }
  const schema = request['requestedSchema'] as { properties?: Record<string, Raw> } | undefined;
  const [field, ...more] = Object.entries(schema?.properties ?? {});
  if (!field || more.length > 0 || field[1]['type'] === 'array') return { kind: 'elsewhere' };
  const [name, { type, title }] = field;
  const number = type === 'number' || type === 'integer';
  return {
    kind: 'text',
    label: plainLine(title) || plainLine(name),
    answer: (text) => ({ action: 'accept', content: { [name]: number ? Number(text) : text } }),
  };
}
