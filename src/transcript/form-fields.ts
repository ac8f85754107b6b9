/** The fields of an elicitation (ACP elicitation/create, form mode) and the content they make. */
import type { Raw } from './items.ts';
import { checkField, type FieldProblem } from './form-check.ts';

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
export type TextFormat = 'email' | 'uri' | 'date' | 'date-time';
export type Field =
  | (FieldBase & {
      kind: 'text';
      /** Undefined: any text, also one in a format that this version does not know. */
      format: TextFormat | undefined;
      minLength: number | undefined;
      maxLength: number | undefined;
      initial: string;
    })
  | (FieldBase & {
      kind: 'number';
      whole: boolean;
      min: number | undefined;
      max: number | undefined;
      initial: string;
    })
  | (FieldBase & { kind: 'boolean'; initial: boolean })
  | (FieldBase & { kind: 'choice'; choices: Choice[]; initial: string })
  | (FieldBase & {
      kind: 'choices';
      choices: Choice[];
      min: number | undefined;
      max: number | undefined;
      initial: string[];
    });

/** Of a text in the format date-time: as its field has it, local and without a zone. */
export type FieldValue = string | boolean | string[];
export type FieldValues = ReadonlyMap<string, FieldValue>;

const record = (value: unknown): Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : {};
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
const number = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;
const formats: readonly unknown[] = ['email', 'uri', 'date', 'date-time'] satisfies TextFormat[];

/** Fields in the schema's order; a property of an unknown type is asked for as text. */
export function fieldsOf(request: Raw): Field[] {
  const schema = record(request['requestedSchema']);
  const required = new Set(list(schema['required']));
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
      const choices = choicesOf(record(property['items']));
      const known = new Set(choices.map(({ value }) => value));
      return {
        ...base,
        kind: 'choices',
        choices,
        min: number(property['minItems']),
        max: number(property['maxItems']),
        initial: list(initial).filter((value): value is string => known.has(String(value))),
      };
    }
    default: {
      const choices = choicesOf(property);
      if (choices.length > 0) return { ...base, kind: 'choice', choices, initial: text(initial) ?? '' };
      const format = formats.includes(property['format']) ? (property['format'] as TextFormat) : undefined;
      return {
        ...base,
        kind: 'text',
        format,
        minLength: number(property['minLength']),
        maxLength: number(property['maxLength']),
        initial: format === 'date-time' ? toLocal(text(initial)) : (text(initial) ?? ''),
      };
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
  const names = list(property['enumNames']);
  return list(property['enum']).flatMap((value, index) =>
    typeof value === 'string' ? [{ value, title: text(names[index]) ?? value, description: undefined }] : [],
  );
}

/** What is wrong, by the name of the field; empty when all can be sent. */
export function problemsOf(fields: readonly Field[], values: FieldValues): ReadonlyMap<string, FieldProblem> {
  const found = fields.flatMap((field): [string, FieldProblem][] => {
    const problem = checkField(field, valueOf(field, values));
    return problem ? [[field.name, problem]] : [];
  });
  return new Map(found);
}

export function valueOf(field: Field, values: FieldValues): FieldValue {
  return values.get(field.name) ?? field.initial;
}

/** ACP content; empty optional fields are left out. Undefined while a field has a problem. */
export function contentOf(
  fields: readonly Field[],
  values: FieldValues,
): { [name: string]: unknown } | undefined {
  if (problemsOf(fields, values).size > 0) return undefined;
  const content: { [name: string]: unknown } = {};
  for (const field of fields) {
    const value = valueOf(field, values);
    if (field.kind !== 'boolean' && value.toString().trim() === '') continue;
    // Not by assignment: a field may be called __proto__.
    Object.defineProperty(content, field.name, {
      ...{ value: sentAs(field, value), enumerable: true, configurable: true, writable: true },
    });
  }
  return content;
}

function sentAs(field: Field, value: FieldValue): unknown {
  if (field.kind === 'number') return Number(value);
  // RFC 3339 wants a zone: the field says the time of this device.
  if (field.kind === 'text' && field.format === 'date-time') return new Date(String(value)).toISOString();
  return value;
}

/** A date and time as its field has it. */
function toLocal(value: string | undefined): string {
  const date = new Date(value ?? '');
  if (Number.isNaN(date.getTime())) return '';
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
