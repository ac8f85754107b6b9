/** The fields of an elicitation (ACP elicitation/create, form mode) and the content they make. */
import type { Raw } from '../../transcript/items.ts';

export interface Choice {
  value: string;
  title: string;
  description: string | undefined;
}

interface FieldBase {
  name: string;
  title: string;
  description: string | undefined;
  required: boolean;
}
export type Field =
  | (FieldBase & { kind: 'text'; keyboard: 'text' | 'email' | 'url'; initial: string })
  | (FieldBase & {
      kind: 'number';
      whole: boolean;
      min: number | undefined;
      max: number | undefined;
      initial: string;
    })
  | (FieldBase & { kind: 'boolean'; initial: boolean })
  | (FieldBase & { kind: 'choice'; choices: Choice[]; initial: string })
  | (FieldBase & { kind: 'choices'; choices: Choice[]; initial: string[] });

export type FieldValue = string | boolean | string[];

const record = (value: unknown): Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : {};
const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
const keyboards: { [format: string]: 'email' | 'url' } = { email: 'email', uri: 'url' };

/** Fields in the schema's order; a property of an unknown type is asked for as text. */
export function fieldsOf(request: Raw): Field[] {
  const schema = record(request['requestedSchema']);
  const required = new Set(Array.isArray(schema['required']) ? schema['required'] : []);
  return Object.entries(record(schema['properties'])).map(([name, value]) =>
    fieldOf(name, record(value), required.has(name)),
  );
}

function fieldOf(name: string, property: Raw, required: boolean): Field {
  const initial = property['default'];
  const base = {
    name,
    title: text(property['title']) ?? name,
    description: text(property['description']),
    required,
  };
  switch (property['type']) {
    case 'boolean':
      return { ...base, kind: 'boolean', initial: initial === true };
    case 'number':
    case 'integer':
      return {
        ...base,
        kind: 'number',
        whole: property['type'] === 'integer',
        min: number(property['minimum']),
        max: number(property['maximum']),
        initial: number(initial)?.toString() ?? '',
      };
    case 'array': {
      const values = Array.isArray(initial) ? initial.flatMap((value) => text(value) ?? []) : [];
      return { ...base, kind: 'choices', choices: choicesOf(record(property['items'])), initial: values };
    }
    default: {
      const choices = choicesOf(property);
      if (choices.length > 0) return { ...base, kind: 'choice', choices, initial: text(initial) ?? '' };
      const keyboard = keyboards[String(property['format'])] ?? 'text';
      return { ...base, kind: 'text', keyboard, initial: text(initial) ?? '' };
    }
  }
}

function choicesOf(property: Raw): Choice[] {
  const titled = property['oneOf'] ?? property['anyOf'];
  if (Array.isArray(titled)) {
    return titled.map(record).flatMap((choice) => {
      const value = text(choice['const']);
      if (value === undefined) return [];
      return [{ value, title: text(choice['title']) ?? value, description: text(choice['description']) }];
    });
  }
  const values = Array.isArray(property['enum']) ? property['enum'] : [];
  const names = Array.isArray(property['enumNames']) ? property['enumNames'] : [];
  return values.flatMap((value, index) =>
    typeof value === 'string' ? [{ value, title: text(names[index]) ?? value, description: undefined }] : [],
  );
}

/** ACP content; empty optional fields are left out. Undefined while a required one is missing. */
export function contentOf(
  fields: Field[],
  values: ReadonlyMap<string, FieldValue>,
): { [name: string]: unknown } | undefined {
  const content: { [name: string]: unknown } = {};
  for (const field of fields) {
    const value = values.get(field.name) ?? field.initial;
    const empty = field.kind !== 'boolean' && value.toString().trim() === '';
    if (empty && field.required) return undefined;
    if (empty) continue;
    if (field.kind !== 'number') content[field.name] = value;
    else {
      const parsed = Number(value);
      if (!Number.isFinite(parsed) || (field.whole && !Number.isInteger(parsed))) return undefined;
      content[field.name] = parsed;
    }
  }
  return content;
}
