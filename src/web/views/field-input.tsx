/** One field of a form, with what is wrong with it said right there. */
import { useId } from 'preact/hooks';
import { strings } from '../strings.ts';
import type { FieldProblem } from '../../transcript/form-check.ts';
import type { Choice, Field, FieldValue } from '../../transcript/form-fields.ts';

export interface FieldInputProps {
  field: Field;
  value: FieldValue;
  disabled: boolean;
  /** A sentence; undefined when nothing is wrong, or nothing shall be said yet. */
  problem: string | undefined;
  onChange(value: FieldValue): void;
  onLeave(): void;
}

/** From this many on, one of several is picked from a list instead of from rows. */
const manyChoices = 8;

export function FieldInput(props: FieldInputProps) {
  const { field, problem } = props;
  const id = useId();
  const described = [
    ...(field.description === undefined ? [] : [`${id}-hint`]),
    ...(problem === undefined ? [] : [`${id}-wrong`]),
  ];
  const aria = {
    'aria-describedby': described.join(' ') || undefined,
    'aria-invalid': problem !== undefined,
  };
  return (
    <div class={problem === undefined ? 'asked-field' : 'asked-field wrong'}>
      <Control {...props} id={id} aria={aria} />
      {field.description !== undefined && (
        <p class="in" id={`${id}-hint`}>
          {field.description}
        </p>
      )}
      {problem !== undefined && (
        <p class="note bad" id={`${id}-wrong`}>
          {problem}
        </p>
      )}
    </div>
  );
}

interface ControlProps extends FieldInputProps {
  id: string;
  aria: { 'aria-describedby': string | undefined; 'aria-invalid': boolean };
}

function Control({ field, value, disabled, id, aria, onChange, onLeave }: ControlProps) {
  const marked = { ...aria, 'data-field': field.name, 'aria-required': field.required };
  const title = field.required ? `${field.title} (${strings.question.required})` : field.title;
  switch (field.kind) {
    case 'boolean':
      return (
        <label class="check">
          <input
            type="checkbox"
            {...aria}
            data-field={field.name}
            checked={value === true}
            disabled={disabled}
            onChange={(event) => onChange(event.currentTarget.checked)}
          />
          <span>{field.title}</span>
        </label>
      );
    case 'choice':
      if (field.choices.length >= manyChoices)
        return (
          <div class="field">
            <label for={`${id}-select`}>{title}</label>
            <select
              id={`${id}-select`}
              {...marked}
              value={String(value)}
              disabled={disabled}
              onChange={(event) => onChange(event.currentTarget.value)}
              onBlur={onLeave}
            >
              <option value="">{field.required ? strings.question.choose : strings.question.none}</option>
              {field.choices.map((choice) => (
                <option key={choice.value} value={choice.value}>
                  {choice.title}
                </option>
              ))}
            </select>
          </div>
        );
      return (
        <Choices
          {...{ title, disabled, id }}
          type="radio"
          name={field.name}
          choices={
            field.required || value === ''
              ? field.choices
              : [...field.choices, { value: '', title: strings.question.none, description: undefined }]
          }
          aria={{ ...aria, 'aria-required': field.required }}
          chosen={[String(value)]}
          onChoose={(choice) => onChange(choice)}
        />
      );
    case 'choices': {
      const chosen = value as string[];
      return (
        <Choices
          {...{ title, disabled, id, chosen }}
          type="checkbox"
          name={field.name}
          choices={field.choices}
          aria={aria}
          onChoose={(choice, on) =>
            // In the schema's order, whatever the order of the taps.
            onChange(
              field.choices
                .map((one) => one.value)
                .filter((one) => (one === choice ? on : chosen.includes(one))),
            )
          }
        />
      );
    }
    case 'text':
    case 'number':
      return (
        <label class="field">
          <span>{title}</span>
          <input
            {...marked}
            {...typeOf(field)}
            value={String(value)}
            disabled={disabled}
            onInput={(event) => onChange(event.currentTarget.value)}
            onBlur={onLeave}
          />
        </label>
      );
  }
}

/** The browser's own fields for dates; plain ones else, so that what is wrong is said here and in this language. */
function typeOf(field: Extract<Field, { kind: 'text' | 'number' }>) {
  if (field.kind === 'number')
    return { type: 'text', inputMode: field.whole ? 'numeric' : 'decimal' } as const;
  switch (field.format) {
    case 'date':
      return { type: 'date' } as const;
    case 'date-time':
      return { type: 'datetime-local' } as const;
    case 'email':
      return { type: 'text', inputMode: 'email', autocapitalize: 'off' } as const;
    case 'uri':
      return { type: 'text', inputMode: 'url', autocapitalize: 'off' } as const;
    case undefined:
      return { type: 'text', inputMode: 'text' } as const;
  }
}

interface ChoicesProps {
  type: 'radio' | 'checkbox';
  title: string;
  id: string;
  name: string;
  choices: readonly Choice[];
  chosen: readonly string[];
  disabled: boolean;
  aria: { 'aria-describedby': string | undefined; 'aria-invalid': boolean; 'aria-required'?: boolean };
  onChoose(value: string, on: boolean): void;
}

function Choices({ type, title, id, name, choices, chosen, disabled, aria, onChoose }: ChoicesProps) {
  // A set of check boxes has no state of its own in ARIA; what is wrong is part of its description.
  const { 'aria-describedby': described, ...state } = aria;
  return (
    <fieldset
      disabled={disabled}
      data-field={name}
      tabIndex={-1}
      role={type === 'radio' ? 'radiogroup' : 'group'}
      aria-labelledby={`${id}-title`}
      aria-describedby={described}
      {...(type === 'radio' ? state : {})}
    >
      <legend id={`${id}-title`}>{title}</legend>
      {choices.map((choice, index) => (
        <label key={choice.value} class="check">
          <input
            type={type}
            name={id}
            checked={chosen.includes(choice.value)}
            aria-describedby={choice.description === undefined ? undefined : `${id}-${index}`}
            onChange={(event) => onChoose(choice.value, event.currentTarget.checked)}
          />
          <span>
            {choice.title}
            {choice.description !== undefined && (
              <span class="in" id={`${id}-${index}`}>
                {choice.description}
              </span>
            )}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

export function problemWords(problem: FieldProblem): string {
  const words = strings.wrong;
  switch (problem.kind) {
    case 'short':
    case 'long':
    case 'low':
    case 'high':
    case 'few':
    case 'many':
      return words[problem.kind](problem.limit);
    default:
      return words[problem.kind];
  }
}
