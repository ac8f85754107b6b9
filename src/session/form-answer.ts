/** The answer to a form of the agent's (ACP elicitation/create) checked against the form's schema. */
import { runInNewContext } from 'node:vm';
import { OffdeskError } from '../base/error.ts';
import { plainLine } from '../base/plain-text.ts';
import { asArray, asNumber, asRecord, asString } from '../transcript/raw.ts';

type Raw = Record<string, unknown>;

/** A pattern comes from the agent: it must not stop the host, in milliseconds. */
const patternMs = 50;
const nameChars = 80;

/**
 * `request`: params of elicitation/create. Throws `answer_invalid` with the field's name. What is no form (URL mode, a
 * mode not known yet) and a field of an unknown type are not held to more than ACP's kinds of values.
 */
export function checkFormAnswer(request: Raw, content: Raw): void {
  const schema = asRecord(request['requestedSchema']);
  const fields = asRecord(schema?.['properties']);
  for (const name of asArray(schema?.['required']) ?? []) {
    if (typeof name === 'string' && !Object.hasOwn(content, name))
      throw invalid(name, asRecord(fields?.[name]), 'must be filled in');
  }
  for (const [name, value] of Object.entries(content)) {
    const own = fields !== undefined && Object.hasOwn(fields, name);
    const field = own ? asRecord(fields[name]) : undefined;
    if (fields && !own) throw invalid(name, undefined, 'is no field of this form');
    const problem = problemOf(field ?? {}, value);
    if (problem) throw invalid(name, field, problem);
  }
}

function invalid(name: string, field: Raw | undefined, problem: string): OffdeskError {
  const title = plainLine(field?.['title'], nameChars) || plainLine(name, nameChars) || 'A field';
  return new OffdeskError('answer_invalid', `${title} ${problem}.`, 'Correct it and send the answer again.', {
    field: name,
  });
}

/** What is wrong, as the end of a sentence. */
function problemOf(field: Raw, value: unknown): string | undefined {
  switch (field['type']) {
    case 'string':
      return typeof value === 'string' ? textProblem(field, value) : 'must be a text';
    case 'number':
    case 'integer':
      return numberProblem(field, value);
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'must be yes or no';
    case 'array':
      return isTexts(value) ? choicesProblem(field, value) : 'must be a list of choices';
    default: {
      const known = ['string', 'boolean'].includes(typeof value) || asNumber(value) !== undefined;
      return known || isTexts(value) ? undefined : 'must be a text, a number, yes or no, or a list of texts';
    }
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function textProblem(field: Raw, value: string): string | undefined {
  const choices = choicesOf(field);
  if (choices) return choices.includes(value) ? undefined : 'must be one of the choices';
  // JSON Schema counts characters, not UTF-16 units.
  const length = [...value].length;
  const least = asNumber(field['minLength']);
  const most = asNumber(field['maxLength']);
  if (least !== undefined && length < least) return `must have at least ${String(least)} characters`;
  if (most !== undefined && length > most) return `must have at most ${String(most)} characters`;
  return formatProblem(field['format'], value) ?? patternProblem(asString(field['pattern']), value);
}

function numberProblem(field: Raw, value: unknown): string | undefined {
  const number = asNumber(value);
  if (number === undefined) return 'must be a number';
  if (field['type'] === 'integer' && !Number.isInteger(number)) return 'must be a whole number';
  const least = asNumber(field['minimum']);
  const most = asNumber(field['maximum']);
  if (least !== undefined && number < least) return `must be at least ${String(least)}`;
  if (most !== undefined && number > most) return `must be at most ${String(most)}`;
  return undefined;
}

function choicesProblem(field: Raw, value: string[]): string | undefined {
  const least = asNumber(field['minItems']);
  const most = asNumber(field['maxItems']);
  if (least !== undefined && value.length < least) return `needs at least ${String(least)} choices`;
  if (most !== undefined && value.length > most) return `takes at most ${String(most)} choices`;
  if (new Set(value).size < value.length) return 'has a choice twice';
  const choices = choicesOf(asRecord(field['items']) ?? {});
  return !choices || value.every((one) => choices.includes(one)) ? undefined : 'must be of the choices';
}

/** Undefined where any text will do. */
function choicesOf(field: Raw): unknown[] | undefined {
  const titled = asArray(field['oneOf']) ?? asArray(field['anyOf']);
  const values = titled?.map((one) => asRecord(one)?.['const']) ?? asArray(field['enum']);
  const choices = values?.filter((value) => typeof value === 'string');
  return choices?.length ? choices : undefined;
}

function formatProblem(format: unknown, value: string): string | undefined {
  switch (format) {
    case 'email':
      return /^[^\s@]+@[^\s@]+$/.test(value) ? undefined : 'must be an e-mail address';
    case 'uri':
      return !/\s/.test(value) && URL.canParse(value) ? undefined : 'must be an address such as https://…';
    case 'date':
      return isDate(value) ? undefined : 'must be a date such as 2026-11-30';
    case 'date-time': {
      const [, date = '', time = ''] = /^(\d{4}-\d\d-\d\d)[Tt ](.*)$/.exec(value) ?? [];
      return isDate(date) && isTime(time)
        ? undefined
        : 'must be a date and time such as 2026-11-30T12:00:00Z';
    }
    default:
      return undefined;
  }
}

/** Not one that JavaScript would move, as it does 30 February. */
function isDate(value: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(value)) return false;
  const date = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
}

/** RFC 3339, section 5.6. */
function isTime(value: string): boolean {
  return /^([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/.test(value);
}

/** A pattern that can't be read, or takes too long, is for the agent to judge. */
function patternProblem(pattern: string | undefined, value: string): string | undefined {
  if (pattern === undefined) return undefined;
  try {
    const fits: unknown = runInNewContext(
      "new RegExp(pattern, 'u').test(value)",
      { pattern, value },
      { timeout: patternMs },
    );
    return fits === false ? 'does not have the form that was asked for' : undefined;
  } catch {
    return undefined;
  }
}
