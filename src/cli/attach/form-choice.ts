/** A form of one choice as a permission request, for editors that know no forms. */

export interface Choice {
  /** Params of session/request_permission but for the session. */
  request: Record<string, unknown>;
  /** The form's content by option id; other options decline. */
  content: ReadonlyMap<string, Record<string, unknown>>;
}

/** Undefined where it asks for more than one choice. */
export function asChoice(request: Record<string, unknown>): Choice | undefined {
  const schema = record(request['requestedSchema']);
  const properties = Object.entries(record(schema?.['properties']) ?? {});
  const [property] = properties;
  if (!property || properties.length > 1) return undefined;
  const [name, field] = property;
  const values = valuesOf(record(field) ?? {});
  if (!values) return undefined;
  const content = new Map(values.map(({ value }, index) => [`choice-${index}`, { [name]: value }]));
  const options = values.map(({ label }, index) => ({
    optionId: `choice-${index}`,
    name: label,
    kind: 'allow_once',
  }));
  const decline = { optionId: 'decline', name: 'No answer', kind: 'reject_once' };
  const title = [request['message'], record(field)?.['title']].find((text) => typeof text === 'string');
  const toolCallId = `offdesk-${crypto.randomUUID()}`;
  return {
    request: {
      toolCall: { toolCallId, title: title ?? name, kind: 'other', status: 'pending' },
      options: [...options, decline],
    },
    content,
  };
}

function valuesOf(field: Record<string, unknown>): { value: unknown; label: string }[] | undefined {
  if (field['type'] === 'boolean')
    return [
      { value: true, label: 'Yes' },
      { value: false, label: 'No' },
    ];
  const { oneOf, enum: names } = field;
  if (Array.isArray(oneOf))
    return oneOf.map((one: { const?: unknown; title?: unknown }) => ({
      value: one.const,
      label: typeof one.title === 'string' ? one.title : String(one.const),
    }));
  if (Array.isArray(names)) return names.map((value: unknown) => ({ value, label: String(value) }));
  return undefined;
}

function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
