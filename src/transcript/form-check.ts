/** Whether an answer to a form's field fits its schema, before it is sent; the host checks it once more. */
import type { Field, FieldValue, TextFormat } from './form-fields.ts';

export type FieldProblem =
  | { kind: 'required' | 'email' | 'uri' | 'date' | 'date-time' | 'number' | 'whole' | 'choice' }
  | { kind: 'short' | 'long' | 'low' | 'high' | 'few' | 'many'; limit: number };

/**
 * Patterns are the host's to check, who can bound their time: one of the agent's could stop this surface for ever.
 * An empty field that need not be filled in has no problem.
 */
export function checkField(field: Field, value: FieldValue): FieldProblem | undefined {
  switch (field.kind) {
    case 'boolean':
      return undefined;
    case 'choice':
      if (value === '') return field.required ? { kind: 'required' } : undefined;
      return field.choices.some((choice) => choice.value === value) ? undefined : { kind: 'choice' };
    case 'choices': {
      const { length } = value as string[];
      if (length === 0) return field.required ? { kind: 'required' } : undefined;
      if (field.min !== undefined && length < field.min) return { kind: 'few', limit: field.min };
      if (field.max !== undefined && length > field.max) return { kind: 'many', limit: field.max };
      return undefined;
    }
    case 'number': {
      const written = String(value).trim();
      if (written === '') return field.required ? { kind: 'required' } : undefined;
      const number = Number(written);
      if (!Number.isFinite(number)) return { kind: 'number' };
      if (field.whole && !Number.isInteger(number)) return { kind: 'whole' };
      if (field.min !== undefined && number < field.min) return { kind: 'low', limit: field.min };
      if (field.max !== undefined && number > field.max) return { kind: 'high', limit: field.max };
      return undefined;
    }
    case 'text': {
      const written = String(value);
      if (written.trim() === '') return field.required ? { kind: 'required' } : undefined;
      if (field.format && !isIn(field.format, written)) return { kind: field.format };
      // JSON Schema counts characters, not UTF-16 units.
      const length = [...written].length;
      if (field.minLength !== undefined && length < field.minLength)
        return { kind: 'short', limit: field.minLength };
      if (field.maxLength !== undefined && length > field.maxLength)
        return { kind: 'long', limit: field.maxLength };
      return undefined;
    }
  }
}

function isIn(format: TextFormat, written: string): boolean {
  switch (format) {
    case 'email':
      return /^[^\s@]+@[^\s@]+$/.test(written);
    case 'uri':
      return isUri(written);
    case 'date': {
      const date = new Date(`${written}T00:00:00Z`);
      return /^\d{4}-\d\d-\d\d$/.test(written) && isSame(date, written);
    }
    case 'date-time':
      return !Number.isNaN(new Date(written).getTime());
  }
}

/** Not one that JavaScript moved, as it does 30 February. */
function isSame(date: Date, written: string): boolean {
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(written);
}

function isUri(written: string): boolean {
  if (/\s/.test(written)) return false;
  try {
    return new URL(written).protocol !== '';
  } catch {
    return false;
  }
}
