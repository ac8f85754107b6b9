/** A question of the agent as a form: text, number, yes or no, choices; or a page to open. */
import { useId, useState } from 'preact/hooks';
import type { Answer } from '../../protocol/facts.ts';
import type { Raw } from '../../transcript/items.ts';
import { strings } from '../strings.ts';
import { contentOf, fieldsOf, type Field, type FieldValue } from './elicitation.ts';

export interface ElicitationFormProps {
  request: Raw;
  disabled: boolean;
  onAnswer(answer: Answer): void;
}

export function ElicitationForm({ request, disabled, onAnswer }: ElicitationFormProps) {
  const [values, setValues] = useState<ReadonlyMap<string, FieldValue>>(new Map());
  const fields = fieldsOf(request);
  const content = contentOf(fields, values);
  const url = pageOf(request);
  const submit = () => {
    if (url) onAnswer({ action: 'accept' });
    else if (content) onAnswer({ action: 'accept', content });
  };
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <p class="said">{String(request['message'] ?? '')}</p>
      {url && (
        <p class="said">
          <a href={url.href} target="_blank" rel="noopener noreferrer">
            {strings.question.url}
          </a>{' '}
          {strings.question.urlOpens(url.host)}
        </p>
      )}
      {fields.map((field) => (
        <FieldInput
          key={field.name}
          field={field}
          value={values.get(field.name) ?? field.initial}
          disabled={disabled}
          onChange={(value) => setValues(new Map(values).set(field.name, value))}
        />
      ))}
      <div class="row">
        <button type="submit" class="b p" disabled={disabled || (!url && !content)}>
          {strings.question.submit}
        </button>
        <button type="button" class="b" disabled={disabled} onClick={() => onAnswer({ action: 'decline' })}>
          {strings.question.decline}
        </button>
      </div>
    </form>
  );
}

/** The page of URL mode; only http and https are offered. */
function pageOf(request: Raw): URL | undefined {
  if (request['mode'] !== 'url') return undefined;
  const url = URL.parse?.(String(request['url'] ?? '')) ?? undefined;
  return url && /^https?:$/.test(url.protocol) ? url : undefined;
}

interface FieldInputProps {
  field: Field;
  value: FieldValue;
  disabled: boolean;
  onChange(value: FieldValue): void;
}

function FieldInput({ field, value, disabled, onChange }: FieldInputProps) {
  const id = useId();
  const hint = field.description === undefined ? undefined : `${id}-hint`;
  const note = field.description !== undefined && (
    <span class="in" id={hint}>
      {field.description}
    </span>
  );
  switch (field.kind) {
    case 'boolean':
      return (
        <label class="check">
          <input
            type="checkbox"
            checked={value === true}
            disabled={disabled}
            aria-describedby={hint}
            onChange={(event) => onChange(event.currentTarget.checked)}
          />
          <span>
            {field.title}
            {note}
          </span>
        </label>
      );
    case 'choice':
    case 'choices': {
      const chosen = field.kind === 'choice' ? [String(value)] : (value as string[]);
      return (
        <fieldset disabled={disabled}>
          <legend>{field.title}</legend>
          {note}
          {field.choices.map((choice) => (
            <label key={choice.value} class="check">
              <input
                type={field.kind === 'choice' ? 'radio' : 'checkbox'}
                name={id}
                checked={chosen.includes(choice.value)}
                onChange={(event) => {
                  if (field.kind === 'choice') onChange(choice.value);
                  else if (event.currentTarget.checked) onChange([...chosen, choice.value]);
                  else onChange(chosen.filter((other) => other !== choice.value));
                }}
              />
              <span>
                {choice.title}
                {choice.description !== undefined && <span class="in">{choice.description}</span>}
              </span>
            </label>
          ))}
        </fieldset>
      );
    }
    case 'text':
    case 'number':
      return (
        <label class="field">
          <span>{field.required ? `${field.title} (${strings.question.required})` : field.title}</span>
          {note}
          <input
            type="text"
            inputMode={field.kind === 'text' ? field.keyboard : field.whole ? 'numeric' : 'decimal'}
            value={String(value)}
            disabled={disabled}
            aria-describedby={hint}
            onInput={(event) => onChange(event.currentTarget.value)}
          />
        </label>
      );
  }
}
