/** A question of the agent as a form: text, number, yes or no, choices; or a page to open. */
import { useRef, useState } from 'preact/hooks';
import { hidesSomething, visible } from '../../base/unseen.ts';
import type { ErrorShape } from '../../base/error.ts';
import type { Answer } from '../../protocol/facts.ts';
import { pageOf } from '../../transcript/asked.ts';
import type { Raw } from '../../transcript/items.ts';
import { strings } from '../strings.ts';
import { contentOf, fieldsOf, problemsOf, valueOf, type FieldValues } from '../../transcript/form-fields.ts';
import { FieldInput, problemWords } from './field-input.tsx';
import { VisibleText } from './visible-text.tsx';

export interface ElicitationFormProps {
  request: Raw;
  disabled: boolean;
  /** Why the host did not take the answer. */
  refused: ErrorShape | undefined;
  onAnswer(answer: Answer): void;
}

export function ElicitationForm({ request, disabled, refused, onAnswer }: ElicitationFormProps) {
  const message = String(request['message'] ?? '');
  const decline = () => onAnswer({ action: 'decline' });
  if (request['mode'] === 'url') {
    const accept = () => onAnswer({ action: 'accept' });
    return <PageToOpen {...{ message, disabled, decline, accept }} url={String(request['url'] ?? '')} />;
  }
  return <Fields {...{ request, message, disabled, refused, onAnswer, decline }} />;
}

interface FieldsProps extends ElicitationFormProps {
  message: string;
  decline(): void;
}

function Fields({ request, message, disabled, refused, onAnswer, decline }: FieldsProps) {
  const [values, setValues] = useState<FieldValues>(new Map());
  /** Those that the user has left, or all once he tried to send: nobody is scolded while he writes. */
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const form = useRef<HTMLFormElement>(null);
  const fields = fieldsOf(request);
  const problems = problemsOf(fields, values);
  const submit = () => {
    const content = contentOf(fields, values);
    if (content) return onAnswer({ action: 'accept', content });
    setTouched(new Set(fields.map(({ name }) => name)));
    const first = fields.findIndex(({ name }) => problems.has(name));
    form.current?.querySelectorAll<HTMLElement>('[data-field]')[first]?.focus();
  };
  const wrong = (name: string) => {
    const problem = touched.has(name) ? problems.get(name) : undefined;
    if (problem) return problemWords(problem);
    return refused?.field === name ? refused.message : undefined;
  };
  return (
    <form
      ref={form}
      class="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {message && <p class="said">{visible(message)}</p>}
      {fields.map((field) => (
        <FieldInput
          key={field.name}
          field={field}
          value={valueOf(field, values)}
          disabled={disabled}
          problem={wrong(field.name)}
          onChange={(value) => setValues((before) => new Map(before).set(field.name, value))}
          onLeave={() => setTouched((before) => new Set(before).add(field.name))}
        />
      ))}
      <div class="row">
        <button type="submit" class="b p" disabled={disabled}>
          {strings.question.submit}
        </button>
        <button type="button" class="b" disabled={disabled} onClick={decline}>
          {strings.question.decline}
        </button>
      </div>
    </form>
  );
}

interface PageProps {
  url: string;
  message: string;
  disabled: boolean;
  accept(): void;
  decline(): void;
}

/** URL mode: whose page it is stands there before it opens; only http and https are offered. */
function PageToOpen({ url, message, disabled, accept, decline }: PageProps) {
  const page = pageOf(url);
  return (
    <div class="form">
      {message && <p class="said">{visible(message)}</p>}
      {page && <p class="host">{page.host}</p>}
      <pre tabindex={0} aria-label={strings.question.address}>
        <VisibleText text={url} />
      </pre>
      {hidesSomething(url) && <p class="note warn">{strings.question.unseenNote}</p>}
      <p class="note">{page ? strings.question.urlOpens(page.host) : strings.question.urlRefused}</p>
      <div class="row">
        {page && !disabled && (
          <a class="b p" href={page.href} target="_blank" rel="noopener noreferrer" onClick={accept}>
            {strings.question.urlOpen(page.host)}
          </a>
        )}
        <button type="button" class="b" disabled={disabled} onClick={decline}>
          {strings.question.decline}
        </button>
      </div>
    </div>
  );
}
