/** What a device may do: read; also answer and stop; also all the rest. */
import type { Scope } from '../../protocol/methods.ts';
import { deskWords } from './desk-words.ts';

const scopes: Scope[] = ['view', 'answer', 'control'];

export interface ScopeSelectProps {
  value: Scope;
  label: string;
  onChange(scope: Scope): void;
}

export function ScopeSelect({ value, label, onChange }: ScopeSelectProps) {
  return (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => {
        const scope = scopes.find((candidate) => candidate === event.currentTarget.value);
        if (scope) onChange(scope);
      }}
    >
      {scopes.map((scope) => (
        <option key={scope} value={scope}>
          {deskWords().scopes[scope]}
        </option>
      ))}
    </select>
  );
}
